import { plural } from "../../core/words.ts";
import type { CheckName, Facts, Finding, StoreFacts } from "../../upkeep/doctor/found.ts";
import { oneLine, trimmed } from "../numbers.ts";
import { spanText } from "../spans.ts";

const SECOND = 1000;
const LONGEST_KEY = 40;

/** What a check found, in one sentence. */
export function foundText(finding: Finding): string {
  if ("trouble" in finding) return finding.trouble.message;
  if (finding.facts === null) return `not checked: ${NEEDS[finding.name] ?? "something it needs has failed"}`;
  return FOUND[finding.name](finding.facts as never);
}

const NEEDS: Partial<Record<CheckName, string>> = {
  identity: "git does not work here",
  signing: "git does not work here",
  clock: "the store cannot be used",
  providers: "the config does not load",
  keys: "the config does not load",
};

const FOUND: { [N in CheckName]: (facts: Facts[N]) => string } = {
  node: ({ version }) => version,
  git: ({ version, inRepository }) =>
    version === null ? "git could not be started" : `${version}, ${inRepository ? "" : "not "}in a repository`,
  identity: ({ who, missing }) =>
    who ?? `git's ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set`,
  project: ({ file, project, environment }) => `${file} loads: ${project}, environment ${environment}`,
  actor: ({ name, source }) => `${name === "" ? "nobody" : name}, from ${fromWhere(source)}`,
  signing: signingText,
  store: ({ shown, facts }) => storeText(shown, facts),
  clock: clockText,
  markers: ({ folder, there, problem }) => {
    if (folder === null) return "the store has no folder of markers here: a kill writes the database alone";
    if (problem !== null) return `${folder} cannot be written [${problem}]`;
    return there ? `${folder}, writable` : `${folder} is not there yet; the first kill makes it`;
  },
  prices: ({ version, installedAt, ageDays, newest }) =>
    `@pydantic/genai-prices ${version}, file of ${installedAt.toISOString().slice(0, 10)}, ${plural(ageDays, "day")} old` +
    (newest === null ? "" : `; newest dated price: ${newest}`),
  drivers: (drivers) => drivers.map(driverText).join("; "),
  providers: ({ installed, missing }) =>
    missing.length === 0
      ? `the packages for ${installed.join(", ")} load`
      : missing.map(({ message }) => message).join("; "),
  keys: ({ set, missing }) => {
    if (missing.length > 0) return `not set: ${missing.join(", ")}`;
    return set.length === 0 ? "no model of the config needs one" : `set: ${set.join(", ")}`;
  },
};

function fromWhere(source: string): string {
  return source === "login name" ? "the login name" : source;
}

function signingText({ key, format, keyFileMissing, signers }: Facts["signing"]): string {
  if (key === null && signers === null) return "not configured";
  const signs = key === null ? "no signing key here" : `${format} key ${oneLine(key, LONGEST_KEY)}`;
  const lacks = keyFileMissing ? ", which is not there" : "";
  const listed = signers === null ? "any signer will do" : plural(signers, "allowed signer");
  return `${signs}${lacks}; ${listed}`;
}

function driverText({ name, brings, trouble }: Facts["drivers"][number]): string {
  if (trouble !== null) return trouble.message;
  return `${name} loads${brings === null ? "" : `, with ${brings}`}`;
}

function storeText(shown: string, { engine, schema, migratesItself, writable }: StoreFacts): string {
  if (schema === null) return `${engine}, ${shown} is not there yet`;
  const { version, pending } = schema;
  const has = version === 0 ? "no tables of agentops" : `schema ${version}`;
  const lacks = pending === 0 ? "" : `, ${plural(pending, "pending migration")}`;
  const soon = pending > 0 && migratesItself ? ", made by the next command that writes" : "";
  return `${engine}, ${shown}, ${has}${lacks}${soon}${writable ? "" : "; it may not be written"}`;
}

function clockText(clock: Facts["clock"]): string {
  if (clock === "same machine") return "the same machine";
  const { aheadMs, roundTripMs } = clock;
  const off = Math.abs(aheadMs);
  const shown =
    off < SECOND ? `${Math.round(off)} ms` : off < 60 * SECOND ? `${trimmed(off / SECOND, 1)} s` : spanText(off);
  return `this machine is ${shown} ${aheadMs < 0 ? "behind" : "ahead of"} the database (± ${Math.ceil(roundTripMs / 2)} ms)`;
}
