import type { Facts, Finding, StoreFacts } from "./found.ts";
import type { CheckState } from "./schema.ts";

/** package.json's `engines`. */
const NODE = [20, 19] as const;
/** From there on what is counted by minutes here and there differs; and from a minute on, all of it. */
const CLOCK_WARNING_MS = 1000;
const CLOCK_PROBLEM_MS = 60_000;
const PRICES_DAYS = 90;

/** How bad it is: a problem makes some command fail, a warning may surprise somebody. */
export function stateOf(finding: Finding): CheckState {
  if ("trouble" in finding) return "problem";
  if (finding.facts === null) return "warning";
  return JUDGES[finding.name](finding.facts as never);
}

const JUDGES: { [N in keyof Facts]: (facts: Facts[N]) => CheckState } = {
  node: ({ version }) => (isSupported(version) ? "ok" : "problem"),
  git: ({ version, inRepository }) => (version === null ? "problem" : inRepository ? "ok" : "warning"),
  identity: ({ missing }) => (missing.length === 0 ? "ok" : "problem"),
  project: () => "ok",
  actor: ({ name }) => (name === "" || name === "unknown" ? "warning" : "ok"),
  signing: ({ keyFileMissing, signers }) => (keyFileMissing || signers === 0 ? "warning" : "ok"),
  store: ({ facts }) => storeState(facts),
  clock: (clock) => (clock === "same machine" ? "ok" : clockState(Math.abs(clock.aheadMs))),
  markers: ({ folder, problem }) => (problem !== null ? "problem" : folder === null ? "warning" : "ok"),
  prices: ({ ageDays }) => (ageDays > PRICES_DAYS ? "warning" : "ok"),
  drivers: (drivers) => (drivers.every(({ trouble }) => trouble === null) ? "ok" : "problem"),
  providers: ({ missing }) => (missing.length === 0 ? "ok" : "problem"),
  keys: ({ missing }) => (missing.length === 0 ? "ok" : "warning"),
};

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
}

function storeState({ schema, migratesItself, writable }: StoreFacts): CheckState {
  const waits = schema !== null && schema.pending > 0 && !migratesItself;
  return waits || !writable ? "problem" : "ok";
}

function clockState(off: number): CheckState {
  if (off >= CLOCK_PROBLEM_MS) return "problem";
  // A clock that cannot be compared is not one that agrees.
  return off < CLOCK_WARNING_MS ? "ok" : "warning";
}
