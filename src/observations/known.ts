import type { Place } from "../core/refs.ts";
import type { Tx } from "../state/store.ts";
import type { Ids } from "./by-ids.store.ts";
import { addDetails, hasDetails } from "./details.store.ts";
import type { Outcome } from "./merge.ts";
import { hasOpen, openBy, storedBy } from "./outcomes.store.ts";

/** An outcome as the store has it: open where it has no row. */
export interface Known {
  id: string;
  outcome: Outcome;
  seq: number | null;
  rollout: number | null;
}

/** Those of some ids that the store has, with all that is known of them. */
export async function knownBy(tx: Tx, asked: Ids): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const [id, stored] of await storedBy(tx, asked)) known.set(id, { id, ...stored });
  const open = (await hasOpen(tx, asked.environment, asked.target)) ? await openBy(tx, asked) : new Map<string, Outcome>(); // prettier-ignore
  for (const [id, outcome] of open) known.set(id, { id, outcome, seq: null, rollout: null });
  await detail(tx, asked, known);
  return known;
}

/** Adds what else is known of them. */
export async function detail(tx: Tx, place: Place, known: ReadonlyMap<string, { outcome: Outcome }>): Promise<void> {
  const { environment, target } = place;
  if (known.size === 0 || !(await hasDetails(tx, environment, target))) return;
  await addDetails(tx, { environment, target, ids: [...known.keys()] }, (id) => known.get(id)?.outcome);
}
