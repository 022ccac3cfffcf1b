import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { canonicalJson, digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { casesOf } from "../../evals/dataset/stage-suite.ts";
import { dataFile, type LoadedSuite } from "../../evals/dataset/suite.ts";
import type { DataFile } from "../../evals/dataset/records.ts";
import type { Changes } from "../../registry/changes/changed.ts";
import type { WeakChange } from "./weak-change.ts";

/** Cases that are gone since the merge base, and those whose input or expectation is another; none where no case can have changed. */
export async function weakerCases(
  project: Project,
  changes: Changes,
  before: LoadedSuite,
  after: LoadedSuite,
): Promise<WeakChange[]> {
  const [old, now] = [dataOf(project, before), dataOf(project, after)];
  const changed = now === null || old?.path !== now.path || (await changes.changedFiles([now.file])).length > 0;
  if (!changed && sameSource(before, after)) return [];
  const cases = await readBoth(changes, before, after, old, now);
  if (cases === null) return [];
  const kept = [...cases.before.keys()].filter((id) => cases.after.has(id));
  const dropped = [...cases.before.keys()].filter((id) => !cases.after.has(id));
  const other = kept.filter((id) => cases.before.get(id) !== cases.after.get(id));
  return [
    ...(dropped.length === 0 ? [] : [{ code: "cases-dropped", cases: dropped, of: cases.before.size } as const]),
    ...(other.length === 0 ? [] : [{ code: "cases-changed", cases: other } as const]),
  ];
}

function dataOf(project: Project, { spec: { dataset }, baseDir }: LoadedSuite): DataFile | null {
  if (dataset === undefined) return null;
  return dataFile(project, baseDir, typeof dataset === "string" ? dataset : dataset.file);
}

function sameSource({ spec: a }: LoadedSuite, { spec: b }: LoadedSuite): boolean {
  const of = ({ dataset, cases }: LoadedSuite["spec"]) => canonicalJson([dataset ?? null, cases ?? null]);
  return of(a) === of(b);
}

/** What is no data set now, on a branch that changed it, is refused: it would be merged as a pass, and no suite could run on it. */
async function readBoth(
  changes: Changes,
  before: LoadedSuite,
  after: LoadedSuite,
  old: DataFile | null,
  now: DataFile | null,
): Promise<{ before: Map<string, string>; after: Map<string, string> } | null> {
  const cases = await digests(after, now).catch((error: unknown) => whenHidden(error, now));
  if (cases === null) return null;
  const then = await digestsThen(changes, before, old).catch(whenUnreadable);
  return then === null ? null : { before: then, after: cases };
}

async function digestsThen(
  changes: Changes,
  before: LoadedSuite,
  old: DataFile | null,
): Promise<Map<string, string> | null> {
  if (old === null) return digests(before, null);
  const text = await changes.before.read(old.file);
  if (text === undefined) return null;
  const folder = await mkdtemp(join(tmpdir(), "agentops-"));
  try {
    const path = join(folder, basename(old.path));
    await writeFile(path, text);
    return await digests(before, { ...old, path });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each case by its id: what it asks and expects. */
async function digests(suite: LoadedSuite, data: DataFile | null): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { case: one } of casesOf(suite, data)) found.set(one.id, digestOf([one.vars, one.expected ?? null]));
  return found;
}

/** What was no data file then is not compared: that the file changed is said beside it. */
function whenUnreadable(error: unknown): null {
  if (error instanceof AgentopsError) return null;
  throw error;
}

/** A sparse checkout may leave data sets out: where nothing is run on them, that is no fault of the branch. */
async function whenHidden(error: unknown, now: DataFile | null): Promise<null> {
  if (error instanceof AgentopsError && (await now?.absent?.()) != null) return null;
  throw error;
}
