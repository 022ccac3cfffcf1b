import { stringify } from "yaml";
import type { LoadedArtifact } from "../../registry/artifact.ts";
import type { ArtifactList, ListedArtifact } from "../../registry/versions/list.ts";
import type { VersionEntry, VersionLog } from "../../registry/versions/log.ts";
import type { PublishResult } from "../../registry/publish/publish.ts";
import type { RenderedMessage } from "../../registry/render/render.ts";
import type { Verification } from "../../registry/versions/verify.ts";
import { plural, share } from "../../core/words.ts";
import type { Measured, VersionFacts } from "../../status/version-facts.ts";
import { milliseconds, percent, percentInterval, usd } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

export function listText({ artifacts, notes, git }: ArtifactList, style: Style): string {
  if (artifacts.length === 0) return "no artifacts: nothing matches prompts/*.prompt.yml or agents/*.agent.yml";
  const isUnknown = notes.length > 0 && artifacts.every(({ newest }) => newest === null);
  const rows = artifacts.map((a) => [
    a.address,
    a.version ?? style.unsure(baseOf(a, isUnknown ? "none known" : "unpublished")),
    a.model ?? "-",
    a.owner ?? "-",
    stateOf(a, git, style),
  ]);
  return [columns(["artifact", "version", "model", "owner", "state"], rows, style.dim), ...notes].join("\n");
}

function baseOf({ latest, newest }: ListedArtifact, none: string): string {
  const base = latest ?? newest;
  return base === null ? none : `${base} + changes`;
}

/** Without git nothing is known to be committed. */
function stateOf(a: ListedArtifact, git: boolean, style: Style): string {
  if (a.problems !== undefined && a.problems.length > 0) return style.bad("invalid: agentops lint");
  if (!git) return "-";
  return a.dirty ? style.unsure("uncommitted") : style.good("clean");
}

/** @param without why no version is known; null where git reads a repository */
export function showText(a: LoadedArtifact, known: VersionFacts, without: string | null, style: Style): string {
  const facts: [string, string][] = [
    ["version", a.version ?? without ?? "unpublished"],
    ["commit", a.commit ?? "worktree"],
    ["digest", a.digest],
    ["model", a.model ?? "-"],
    ["files", a.files.join(", ")],
    ...evidenceLines(known).map((line): [string, string] => ["evidence", line]),
    ...servedLines(known.served).map((line): [string, string] => ["served", line]),
    ...otherLines(known).map((line): [string, string] => ["released", line]),
  ];
  const head = facts.map(([label, value]) => style.dim(`${label.padEnd(8)} `) + value);
  const parts = Object.entries(a.content).map(
    ([name, value]) => `${style.dim(`# ${name}`)}\n${stringify(value, { lineWidth: 0 }).trimEnd()}`,
  );
  return [style.bold(a.address), ...head, "", parts.join("\n\n")].join("\n");
}

type Logged = Pick<VersionLog, "branch" | "notes"> & { versions: readonly (VersionEntry & VersionFacts)[] };

export function logText(address: string, { versions, branch, notes }: Logged, style: Style): string {
  if (versions.length === 0) return notes.length > 0 ? notes.join("\n") : `${address} was never published`;
  const rows = versions.map((v) => [
    style.bold(v.version),
    v.commit.slice(0, 10),
    v.at.slice(0, 16).replace("T", " "),
    v.author,
    (v.digest ?? "no digest").slice(0, 19),
    v.message.split("\n")[0] ?? "",
  ]);
  const [head = "", ...lines] = columns(["version", "commit", "at (UTC)", "author", "digest", "message"], rows, style.dim).split("\n"); // prettier-ignore
  const known = versions.map((v) => [
    ...placeLines(v, branch, style).map((line) => `    ${line}`),
    ...evidenceLines(v).map((line) => `    ${line}`),
    ...servedLines(v.served).map((line) => `    ${style.good("served")} ${line}`),
    ...otherLines(v).map((line) => `    ${style.bad(`released ${line}`)}`),
  ]);
  return [head, ...lines.flatMap((line, i) => [line, ...(known[i] ?? [])]), ...notes].join("\n");
}

/** What is not as it should be with a version, or not where it is looked for. */
function placeLines({ merged, movedFrom, verifies, tag }: VersionEntry, branch: string | null, style: Style): string[] {
  return [
    ...(verifies === false ? [style.bad(`does not verify: its commit has another content   agentops verify ${refOfTag(tag)}`)] : []), // prettier-ignore
    ...(merged === false ? [style.unsure(`not on ${branch ?? "HEAD"}`)] : []),
    ...(movedFrom === null ? [] : [style.dim(`as ${movedFrom}`)]),
  ];
}

function refOfTag(tag: string): string {
  return tag.replace(/\/(v\d+)$/, "@$1");
}

/** What the newest run of each suite said; that there is none is said where runs can be read at all. */
function evidenceLines({ evidence }: VersionFacts): string[] {
  if (evidence === null) return [];
  return evidence.length === 0 ? ["no complete run"] : evidence.map(evidenceText);
}

function evidenceText({ suite, model, run, at, cases, trials, errors, ...seen }: Measured): string {
  const { successRate, p95LatencyMs, latencySimulated, costPerTaskUsd, partial } = seen;
  const success = successRate === null ? "not scored" : `success ${percent(successRate.estimate)} ${percentInterval(successRate.ci95)}`; // prettier-ignore
  const latency = p95LatencyMs === null ? "no latency" : `p95 ${milliseconds(p95LatencyMs)}${latencySimulated ? " (simulated)" : ""}`; // prettier-ignore
  const cost =
    costPerTaskUsd === null
      ? model.startsWith("offline/")
        ? "no cost (stand-in)"
        : "cost unknown"
      : `${usd(costPerTaskUsd)} a task`;
  const size = `${plural(cases, "case")}${partial ? " (a part of them)" : ""} × ${trials}${errors === 0 ? "" : `, ${plural(errors, "error")}`}`;
  return `${suite} on ${model}: ${success}, ${latency}, ${cost}; ${size}, run ${run.slice(0, 13)} of ${at.slice(0, 10)}`;
}

function servedLines(served: VersionFacts["served"]): string[] {
  const places = served?.map(({ environment, as, weight, killed }) =>
    killed ? `${environment}: killed (${as})` : `${environment}: ${as}${weight === 1 ? "" : `, ${share(weight)}`}`,
  );
  return places === undefined || places.length === 0 ? [] : [places.join("; ")];
}

/** Who is served under this number does not get this content. */
function otherLines({ otherRelease }: VersionFacts): string[] {
  if (otherRelease === null) return [];
  const [places] = servedLines(otherRelease.served);
  return [
    `with another content: ${otherRelease.digest.slice(0, 19)}${places === undefined ? "" : `, served ${places}`}`,
  ];
}

export function publishText(result: PublishResult, style: Style): string {
  const branch = result.branch === null ? "" : "; push your branch as usual";
  const lines = result.published.flatMap((p) => {
    const where = p.pushed ? `its tag is on the remote${branch}` : localWay(p.tag, result.remote);
    const made = `${style.good("published")} ${style.bold(`${p.address}@${p.version}`)}  commit ${p.commit.slice(0, 10)}  ${p.digest.slice(0, 19)}  (${where})`;
    return p.note === undefined ? [made] : [made, style.unsure(`  ${p.note}`)];
  });
  const same = result.unchanged.map(
    (u) => `${style.dim("unchanged")} ${u.address}@${u.version}${u.note === undefined ? "" : `  (${u.note})`}`,
  );
  const skipped = result.skipped.map((s) => `${style.unsure("skipped")}   ${s.address}  (${s.note})`);
  const left = result.leftOut.map((l) => {
    const way =
      l.why === "ignored"
        ? `git add -f ${l.file} if it is meant`
        : `agentops publish ${l.address}, or git add ${l.file}`;
    return `${style.unsure("left out")}  ${l.address} is ${l.why}: ${way}`;
  });
  const none = lines.length + same.length + skipped.length + left.length === 0 ? ["nothing to publish"] : [];
  return [...lines, ...same, ...skipped, ...left, ...none, ...onlyHereLines(result), ...publishNotes(result)].join(
    "\n",
  );
}

function localWay(tag: string, remote: string | undefined): string {
  return remote === undefined
    ? "local; no remote to push its tag to is known"
    : `local; push it with git push ${remote} refs/tags/${tag}`;
}

const MOST_TAGS = 5;

/** Which to push, by name: every tag of the clone would be others' as well. */
function onlyHereLines({ onlyHere: tags = [], remote = "REMOTE" }: PublishResult): string[] {
  if (tags.length === 0) return [];
  const named = tags.slice(0, MOST_TAGS);
  const rest = tags.length > named.length ? ` (and ${tags.length - named.length} more)` : "";
  return [
    `only here, not on ${remote}: ${named.map(versionOf).join(", ")}${rest}; push with git push ${remote} ${named.map((tag) => `refs/tags/${tag}`).join(" ")}`,
  ];
}

/** `prompts/p@v1`, of `prompts/p/v1`. */
function versionOf(tag: string): string {
  return tag.replace(/\/(v\d+)$/, "@$1");
}

function publishNotes({ published, along, unsigned, startsNoWorkflow }: PublishResult): string[] {
  const notes: string[] = [];
  if (startsNoWorkflow === true)
    notes.push(
      `note: GitHub starts no workflow of on: push: tags for more than three tags at once, and these were ${published.length} in one push (all or none)`,
    );
  if (along !== null) {
    const more = along.commits > along.newest.length ? ", …" : "";
    notes.push(
      `note: through the tag ${along.remote} has ${plural(along.commits, "commit")} below it, on none of its branches known here: ${along.newest.join(", ")}${more}`,
    );
  }
  if (unsigned !== null)
    notes.push(`note: not signed, and ${unsigned} lists who may sign: verify will not be ok; ${signedWay(published)}`);
  return notes;
}

/** What the remote has, others may have fetched: it stays. */
function signedWay(published: PublishResult["published"]): string {
  const tags = published.map(({ tag }) => tag).join(" ");
  return published.some((p) => p.pushed) ? "publish --sign the next time" : `git tag -d ${tags}, then publish --sign`;
}

export function verifyText(v: Verification, style: Style): string {
  const signer = v.signature.signer === null ? "" : ` by ${v.signature.signer}`;
  return [
    `${v.ok ? style.good("ok") : style.bad("NOT ok")} ${style.bold(v.ref)}  tag ${v.tag}  commit ${v.commit.slice(0, 10)}`,
    `  digest     ${v.digest.ok ? style.good("matches") : style.bad("does not match")}  ${v.digest.recorded ?? "none recorded"}`,
    `  signature  ${v.signature.status}${signer}`,
    ...v.reasons.map((r) => style.bad(`  ${r}`)),
  ].join("\n");
}

export function renderText(messages: readonly RenderedMessage[], style: Style): string {
  return messages.map((m) => `${style.bold(`${m.role}:`)}\n${m.content.trimEnd()}`).join("\n\n");
}
