import { type Executor, raw, rowsOf } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";

export type ContentRun = Pick<Row<"runs">, "id" | "suite" | "model" | "spec" | "result" | "createdAt">;

/** Complete runs of exactly this content, the newest first. */
export function readRunsOf(db: Executor, digest: string): Promise<ContentRun[]> {
  const complete = `SELECT id, suite, model, spec, result, "createdAt" FROM runs WHERE "targetDigest" = $1 AND status = 'complete' ORDER BY id DESC LIMIT 100`;
  return rowsOf(db, raw<ContentRun>(complete, digest));
}
