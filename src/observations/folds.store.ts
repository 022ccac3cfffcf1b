import { raw, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";

/** Whether an outcome waited to settle; it does no more. */
export async function isUnsettled(
  tx: Tx,
  { rollout, minute, observation }: { rollout: number; minute: number; observation: number },
): Promise<boolean> {
  const gone = "DELETE FROM unsettled WHERE rollout = $1 AND minute = $2 AND observation = $3 RETURNING minute";
  return (await rowsOf(tx, raw(gone, rollout, minute, observation))).length > 0;
}

/** Breaches of one observation are another's, but in looks that have one of it. */
export async function moveBreaches(tx: Tx, from: number, to: number): Promise<void> {
  const taken =
    "SELECT 1 FROM breaches b WHERE b.rollout = breaches.rollout AND b.look = breaches.look AND b.observation = $3";
  await rowsOf(tx, raw(`UPDATE breaches SET observation = $1 WHERE observation = $2 AND NOT EXISTS (${taken})`, to, from, to)); // prettier-ignore
  await rowsOf(tx, raw("DELETE FROM breaches WHERE observation = $1", from));
}

export async function deleteObservation(tx: Tx, seq: number): Promise<void> {
  await rowsOf(tx, raw("DELETE FROM corrections WHERE observation = $1", seq));
  await rowsOf(tx, raw("DELETE FROM observations WHERE seq = $1", seq));
}
