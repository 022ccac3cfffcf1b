import { batchInto } from "../state/batch.ts";
import type { Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";

export const addExposures = batchInto("exposures", {
  columns: ["rollout", "minute", "unit", "arm", "weight", "n"],
  key: ["rollout", "minute", "unit", "arm", "weight"],
  onConflict: "add",
  sums: ["n"],
});

const addArrivals = batchInto("arrivals", {
  columns: ["rollout", "look", "weight", "arm", "exposed", "superseded"],
  key: ["rollout", "look", "weight", "arm"],
  onConflict: "add",
  sums: ["exposed", "superseded"],
});

const addServedMinutes = batchInto("servedMinutes", {
  columns: ["rollout", "minute", "arm", "exposed", "known"],
  key: ["rollout", "minute", "arm"],
  onConflict: "add",
  sums: ["exposed", "known"],
});

/** Units that were served, in the order of the columns above. */
export async function saveServed(
  tx: Tx,
  { arrivals, minutes }: { arrivals: readonly Value[][]; minutes: readonly Value[][] },
): Promise<void> {
  await addArrivals(tx, arrivals);
  await addServedMinutes(tx, minutes);
}

const MINUTE_SUMS = [
  "exposed", "n", "succeeded", "latencyN", "latencyMs", "costN", "costUsd", "safetyN", "unsafe",
] as const; // prettier-ignore
const MINUTE = ["environment", "target", "minute", "version", "shadow"] as const;

const addOutcomeMinutes = batchInto("outcomeMinutes", {
  columns: [...MINUTE, ...MINUTE_SUMS],
  key: MINUTE,
  onConflict: "add",
  sums: ["exposed"],
});

/** What was served of a version in a minute. */
export interface ServedInMinute {
  target: string;
  version: string;
  minute: number;
  n: number;
}

export async function addServed(tx: Tx, environment: string, served: readonly ServedInMinute[]): Promise<void> {
  const none = MINUTE_SUMS.slice(1).map(() => 0);
  await addOutcomeMinutes(
    tx,
    served.map(({ target, minute, version, n }) => [environment, target, minute, version, 0, n, ...none]),
  );
}

const insertTokens = batchInto("exposureTokens", {
  columns: ["environment", "target", "exposure", "minute"],
  key: ["environment", "target", "exposure"],
  onConflict: "keep",
  numbered: "exposure",
});

/** Keeps tokens; true for each that is new, of several equal ones for the first. */
export async function newTokens(
  tx: Tx,
  environment: string,
  tokens: readonly { target: string; exposure: string; minute: number }[],
): Promise<boolean[]> {
  const kept = await insertTokens(tx, tokens.map(({ target, exposure, minute }) => [environment, target, exposure, minute])); // prettier-ignore
  return kept.map((its) => its !== null);
}

const replaceSources = batchInto("exposureSources", {
  columns: ["source", "batch", "at"],
  key: ["source"],
  onConflict: "replace",
});

/** Keeps the number of a process's newest batch; false where that one, or a later one, was written before. */
export async function isNewBatch(
  tx: Tx,
  { source, batch }: { source: string; batch: number },
  at: string,
): Promise<boolean> {
  const row = await tx.selectFrom("exposureSources").select("batch").where("source", "=", source).executeTakeFirst();
  if (row !== undefined && row.batch >= batch) return false;
  await replaceSources(tx, [[source, batch, at]]);
  return true;
}
