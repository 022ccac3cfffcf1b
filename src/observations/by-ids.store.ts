import { rawWith, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";

/** Names a question: few texts, which an engine knows again. */
const ASKED = 128;

export interface Ids {
  environment: string;
  target: string;
  ids: readonly string[];
}

/** What a statement that ends in WHERE finds of some ids of a target; `column` holds them. */
export async function rowsBy<R>(
  tx: Tx,
  begin: string,
  { environment, target, ids }: Ids,
  column: keyof typeof BY = "id",
): Promise<R[]> {
  const found: R[] = [];
  for (let from = 0; from < ids.length; from += ASKED) {
    const some = ids.slice(from, from + ASKED);
    const padded = Array.from({ length: ASKED }, (_, i) => some[Math.min(i, some.length - 1)] as string);
    found.push(...(await rowsOf(tx, rawWith<R>(`${begin} ${BY[column]}`, [environment, target, ...padded]))));
  }
  return found;
}

const PLACES = Array.from({ length: ASKED }, (_, i) => `$${i + 3}`).join(", ");
const BY = {
  id: `environment = $1 AND target = $2 AND id IN (${PLACES})`,
  name: `environment = $1 AND target = $2 AND name IN (${PLACES})`,
};
