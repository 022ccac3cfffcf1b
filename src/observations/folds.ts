import type { Tx } from "../state/store.ts";
import { forgetDetails } from "./details.store.ts";
import { minuteOf } from "./exposure-token.ts";
import { deleteObservation, isUnsettled, moveBreaches } from "./folds.store.ts";
import { datedFrom } from "./merge.ts";
import type { Folded } from "./names.ts";
import { forgetOpen } from "./outcomes.store.ts";
import type { Rollups } from "./rollups.ts";
import { addCorrectedAfter } from "./unsettled.store.ts";

/**
 * Takes away what was stored and added up of outcomes that are part of another one now. What a rollout has counted stays, and is said; what
 * waits to settle is not counted.
 */
export async function dropFolded(
  tx: Tx,
  environment: string,
  folded: readonly Folded[],
  { sums, rowOf }: { sums: Rollups; rowOf: (its: Folded) => number | null },
): Promise<void> {
  for (const its of folded) {
    const { target, id, outcome, seq, rollout } = its;
    const one = { environment, target, ids: [id] };
    await forgetDetails(tx, one);
    if (seq === null) {
      await forgetOpen(tx, one);
      continue;
    }
    const dated = datedFrom({ target, id }, outcome);
    if (dated !== null) sums.subtract(dated);
    const place = rollout === null ? null : { rollout, minute: minuteOf(outcome.servedAt), observation: seq };
    if (place !== null && !(await isUnsettled(tx, place))) await addCorrectedAfter(tx, place.rollout, 1);
    await moveBreaches(tx, seq, rowOf(its) ?? seq);
    await deleteObservation(tx, seq);
  }
}
