import { messageOf } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { judgedRunsOf, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import { readNote } from "../../registry/git/notes.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Db } from "../../state/store.ts";
import { storedVerdict } from "../../gate/last-verdicts.ts";
import type { PreparedRelease } from "../../serving/release.ts";
import { type Committed, openCommitted } from "./committed.ts";
import { comparedWith, readEvidence } from "./evidence-document.ts";
import type { EvidenceDocument } from "./evidence.schema.ts";
import { evidenceOf } from "./evidence.store.ts";
import type { EvidenceCandidate, IgnoredEvidence, SuiteEvidence } from "./found.ts";
import { whyNotWhole, whyUntold } from "./whole.ts";

export interface GatheredEvidence {
  /** The newest of each suite, kind and control. */
  evidence: SuiteEvidence[];
  /** What was found and does not count, the newest first. */
  ignored: IgnoredEvidence[];
}

type Version = Pick<PreparedRelease, "address" | "version" | "digest" | "model" | "commit">;

/**
 * Runs of exactly this content in the store, imported, and in the note of its commit; they count when the files they were made of are
 * those at the version's commit or at the head of the default branch.
 */
export async function gatherEvidence(
  { project, runs, db }: { project: Project; runs: RunStore; db: Db },
  version: Version,
): Promise<GatheredEvidence> {
  const notes = await notedEvidence(project, version);
  const documents = (await evidenceOf(db, version.digest)).map((text) => JSON.parse(text) as EvidenceDocument);
  const rows = await judgedRunsOf(runs, version.digest);
  const local = await Promise.all(rows.map((row) => fromRun(project, runs, row)));
  const elsewhere = [...documents.map((one) => fromDocument(one, "imported")), ...notes.found];
  // A run of this machine may also have come back as a document.
  const own = new Set(local.map(({ run }) => run));
  const all = [...local, ...elsewhere.filter(({ run }) => !own.has(run))].sort(newerFirst);
  const place = { name: version.version, commit: version.commit };
  const committed = await openCommitted(project, place, all.map(({ inputs }) => inputs ?? [])); // prettier-ignore
  const counted = newestOfKind(all.filter((found) => whyIgnored(found, version, committed) === undefined));
  const evidence = await Promise.all(
    counted.map(async ({ suite, kind, control, verdict, run, createdAt, source }) => {
      return { suite, kind, control, verdict: await verdict(), run, createdAt, source };
    }),
  );
  const said = notes.ignored.map((why) => ({ why, way: null, again: null }));
  return { evidence, ignored: [...said, ...(await ignoredOf(all, counted, version, committed))] };
}

function newerFirst(a: EvidenceCandidate, b: EvidenceCandidate): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.run < b.run ? 1 : -1;
}

function controlKey({ control }: Pick<SuiteEvidence, "control">): string {
  return control === null ? "" : `${control.digest} ${control.model ?? ""}`;
}

/** A suite is its file: another of the same name is another. */
function suiteKey({ suite, inputs }: EvidenceCandidate): string {
  return `${suite} ${inputs?.find(({ role }) => role === "suite")?.path ?? ""}`;
}

function newestOfKind(sorted: readonly EvidenceCandidate[]): EvidenceCandidate[] {
  const newest = new Map<string, EvidenceCandidate>();
  for (const found of sorted) {
    // Another control takes nothing back: a bad one could always be found.
    const key = `${found.kind} ${controlKey(found)} ${suiteKey(found)}`;
    if (!newest.has(key)) newest.set(key, found);
  }
  return [...newest.values()];
}

/** Behind `run ID`; undefined for what counts. */
function whyIgnored(found: EvidenceCandidate, version: Version, committed: Committed): string | undefined {
  if (version.model !== undefined && found.model !== version.model) return `was answered by ${found.model}`;
  if (found.unfit !== undefined) return found.unfit;
  const missing = committed.missing(found.inputs ?? []);
  return missing.length === 0 ? undefined : committed.why(missing);
}

/** So many reasons are read; the rest are older. */
const MOST_REASONS = 5;

/** Each reason once, of what is newer than what counts. */
async function ignoredOf(
  sorted: readonly EvidenceCandidate[],
  counted: readonly EvidenceCandidate[],
  version: Version,
  committed: Committed,
): Promise<IgnoredEvidence[]> {
  const reasons = new Map<string, EvidenceCandidate & { why: string }>();
  for (const found of sorted) {
    const why = whyIgnored(found, version, committed);
    const newer = counted.find(
      (one) => one.suite === found.suite && one.kind === found.kind && controlKey(one) === controlKey(found),
    );
    if (why === undefined || (newer !== undefined && newer.createdAt >= found.createdAt)) continue;
    const key = `${found.suite} ${why}`;
    if (!reasons.has(key)) reasons.set(key, { ...found, why });
  }
  return Promise.all(
    [...reasons.values()].slice(0, MOST_REASONS).map(async ({ run, suite, why, unfit, inputs = [] }) => {
      const missing = unfit === undefined ? committed.missing(inputs) : [];
      const commit = missing.length === 0 ? null : await committed.way(missing);
      return { why: `run ${run} ${why}`, way: commit, again: commit === null ? suite : null };
    }),
  );
}

async function fromRun(project: Project, store: RunStore, row: RunRow): Promise<EvidenceCandidate> {
  const { id: run, suite, createdAt, model } = row;
  const spec = specOf(row);
  const { kind, control, inputs } = await comparedWith(store, row);
  return {
    ...{ run, suite, kind, control, createdAt, model, inputs, source: "local" as const },
    unfit: whyNotWhole(row, { ...spec, inputs }),
    verdict: () => storedVerdict(project, store, row),
  };
}

function fromDocument(document: EvidenceDocument, source: "imported" | "note"): EvidenceCandidate {
  const { suite, verdict, runId: run, createdAt, target } = document;
  const { inputs, kind = "bounds", control = null } = document.schema === "agentops.evidence/2" ? document : {};
  const before = inputs === undefined ? ": it is an agentops.evidence/1" : "";
  const untold = whyUntold({ inputs, model: target.model });
  const unfit = untold === undefined ? undefined : `${untold}${before}`;
  return {
    ...{ run, suite: suite.name, kind, control, createdAt, model: target.model, inputs, source, unfit },
    verdict: () => Promise.resolve(verdict),
  };
}

async function notedEvidence(project: Project, { commit, digest }: Version) {
  const found: EvidenceCandidate[] = [];
  const ignored: string[] = [];
  for (const [index, line] of (await readNote(project, commit)).entries()) {
    if (line.trim() === "") continue;
    const where = `line ${index + 1} of the git note`;
    try {
      const document = readEvidence(line, where);
      if (document.target.digest === digest) found.push(fromDocument(document, "note"));
      else ignored.push(`${where} is about other content`);
    } catch (error) {
      ignored.push(messageOf(error));
    }
  }
  return { found, ignored };
}
