import { AgentopsError } from "../../core/errors.ts";
import type { RunStore } from "../../state/runs.ts";
import type { Row } from "../../state/tables.ts";
import type { RunSpec } from "./run-spec.ts";
import type { EvalCase } from "../../scorers/scorer.ts";

export type RunRow = Row<"runs">;
export type CaseRow = Pick<Row<"cases">, "seq" | "caseId" | "vars" | "expected" | "tags" | "cluster">;

export async function insertRun(store: RunStore, row: RunRow): Promise<void> {
  await store.db.insertInto("runs").values(row).execute();
}

export async function updateRun(store: RunStore, id: string, change: Partial<RunRow>): Promise<void> {
  await store.db.updateTable("runs").set(change).where("id", "=", id).execute();
}

/** A run by id, by the start of its id, `latest`, or `latest~2` for the second before it; throws RUN_NOT_FOUND. */
export async function findRun(store: RunStore, name: string): Promise<RunRow> {
  const query = store.db.selectFrom("runs").selectAll().orderBy("id", "desc");
  const back = LATEST.exec(name);
  const rows = await (
    back === null
      ? query.where("id", "like", `${idStart(name)}%`).limit(2)
      : query.offset(Number(back[1] ?? 0)).limit(1)
  ).execute();
  const [first, second] = rows;
  if (first !== undefined && (second === undefined || first.id === name)) return first;
  const why = second === undefined ? `no run "${name}"` : `"${name}" is the start of several runs`;
  throw new AgentopsError("RUN_NOT_FOUND", why, { hint: "agentops runs" });
}

/** A run by its whole id, while it is there. */
export function storedRun({ sqlite }: RunStore, id: string): RunRow | undefined {
  return sqlite.prepare<[string], RunRow>("SELECT * FROM runs WHERE id = ?").get(id);
}

/** The runs of a 2 × 2, the oldest first. */
export function factorialRuns({ sqlite }: RunStore, id: string): RunRow[] {
  return sqlite
    .prepare<[string], RunRow>("SELECT * FROM runs WHERE json_extract(spec, '$.factorial.id') = ? ORDER BY id")
    .all(id);
}

const LATEST = /^latest(?:~(\d{1,6}))?$/;

/** Whether a word names a run rather than an artifact: `latest`, `latest~1`, an id, or at least the first eight of its characters. */
export function isRunName(name: string): boolean {
  return LATEST.test(name) || /^[0-9a-f]{8}[0-9a-f-]*$/.test(name);
}

/** What ids are made of; anything else would be a pattern to SQL. */
function idStart(name: string): string {
  return /^[0-9a-f-]+$/.test(name) ? name : "no such id";
}

export function specOf(row: Pick<RunRow, "spec">): RunSpec {
  return JSON.parse(row.spec) as RunSpec;
}

export async function recentRuns(store: RunStore, limit: number): Promise<RunRow[]> {
  return store.db.selectFrom("runs").selectAll().orderBy("id", "desc").limit(limit).execute();
}

/** Whether whoever opens the file now finds a run in it: it may have been overwritten while it was open here. */
export function isStored(store: RunStore, id: string): boolean {
  try {
    const found = (sqlite: RunStore["sqlite"]) => sqlite.prepare("SELECT 1 FROM runs WHERE id = ?").get(id);
    return store.afresh(found) !== undefined;
  } catch {
    return false;
  }
}

/** Complete runs of exactly this content, the newest first. */
export async function completeRunsOf(store: RunStore, targetDigest: string): Promise<RunRow[]> {
  return store.db
    .selectFrom("runs")
    .selectAll()
    .where("targetDigest", "=", targetDigest)
    .where("status", "=", "complete")
    .orderBy("id", "desc")
    .limit(100)
    .execute();
}

/** The newest complete run of a suite on an artifact, whatever its content, by one model. */
export function newestComplete(
  { sqlite }: RunStore,
  { suite, targetRef, model }: Pick<RunRow, "suite" | "targetRef" | "model">,
): RunRow | undefined {
  return sqlite
    .prepare<[string, string, string], RunRow>(
      "SELECT * FROM runs WHERE suite = ? AND targetRef = ? AND model = ? AND status = 'complete' ORDER BY id DESC LIMIT 1",
    )
    .get(suite, targetRef, model);
}

/** Runs of exactly this content that ended by themselves, the newest first: all of them, because an old verdict may still hold. */
export async function judgedRunsOf(store: RunStore, targetDigest: string): Promise<RunRow[]> {
  return store.db
    .selectFrom("runs")
    .selectAll()
    .where("targetDigest", "=", targetDigest)
    .where("status", "in", ["complete", "stopped"])
    .orderBy("id", "desc")
    .execute();
}

export function caseOfRow(row: CaseRow): EvalCase {
  return {
    id: row.caseId,
    vars: JSON.parse(row.vars) as Record<string, unknown>,
    ...(row.expected !== null && { expected: JSON.parse(row.expected) as unknown }),
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    cluster: row.cluster,
  };
}

/** Ids that two datasets share although the case is another: its input or its expectation differs. */
export function differingCases(store: RunStore, dataset: string, other: string): Set<string> {
  if (dataset === other) return new Set();
  const rows = store.sqlite
    .prepare<[string, string], string>(
      "SELECT a.caseId FROM cases a JOIN cases b ON b.caseId = a.caseId AND b.dataset = ? WHERE a.dataset = ? AND (a.vars IS NOT b.vars OR a.expected IS NOT b.expected) ORDER BY a.seq",
    )
    .pluck()
    .all(other, dataset);
  return new Set(rows);
}

/** How many cases a dataset has. */
export function caseCount({ sqlite }: RunStore, dataset: string): number {
  return sqlite.prepare<[string], number>("SELECT cases FROM datasets WHERE digest = ?").pluck().get(dataset) ?? 0;
}
