import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";

/** Whether anything was ever released, observed or killed under that name. */
export async function storeKnows(db: Executor, target: string): Promise<boolean> {
  const one = `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM releases WHERE target = $1) OR EXISTS (SELECT 1 FROM kills WHERE target = $2)
    OR EXISTS (SELECT 1 FROM "auditEvents" WHERE target = $3)`;
  return (await firstRow(db, raw<{ found: number }>(one, target, target, target))) !== undefined;
}

/** Every name that the store knows. */
export async function namesInStore(db: Executor): Promise<string[]> {
  const all = `SELECT target FROM releases UNION SELECT target FROM kills UNION SELECT target FROM "auditEvents"`;
  return (await rowsOf(db, raw<{ target: string }>(all))).map(({ target }) => target);
}
