import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";

/** Whether anything was ever released, observed or killed under that name. */
export async function storeKnows(db: Executor, target: string): Promise<boolean> {
  const one = `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM releases WHERE target = $1) OR EXISTS (SELECT 1 FROM kills WHERE target = $2)
    OR EXISTS (SELECT 1 FROM "auditEvents" WHERE target = $3)`;
  return (await firstRow(db, raw<{ found: number }>(one, target, target, target))) !== undefined;
}

/** Agents that are served to everybody somewhere and read one of some prompts, which are given by their bare names. */
export async function readersInStore(db: Executor, prompts: readonly string[]): Promise<string[]> {
  const served = `SELECT r.target, r.content FROM stables s JOIN releases r ON r.target = s.target AND r.version = s.version
    WHERE s.target LIKE 'agents/%' AND s.id IN (SELECT MAX(id) FROM stables GROUP BY environment, target)`;
  const rows = await rowsOf(db, raw<{ target: string; content: string }>(served));
  const reads = ({ content }: { content: string }) => {
    const { prompt } = JSON.parse(content) as { prompt?: unknown };
    return typeof prompt === "string" && prompts.includes(prompt);
  };
  return [...new Set(rows.filter(reads).map(({ target }) => target))];
}

/** Every name that the store knows. */
export async function namesInStore(db: Executor): Promise<string[]> {
  const all = `SELECT target FROM releases UNION SELECT target FROM kills UNION SELECT target FROM "auditEvents"`;
  return (await rowsOf(db, raw<{ target: string }>(all))).map(({ target }) => target);
}
