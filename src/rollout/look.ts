import type { Db, Tx } from "../state/store.ts";
import { areReturnsDue } from "./returns.ts";
import { addLook, cohortAnswers, type Evidence, type LookCounts } from "./evidence.ts";
import { pairsOfEvidence, pairsOfRows } from "./pairs.ts";
import { judge, type Judged } from "./judge.ts";
import { recapped } from "./refreeze.store.ts";
import { type BreachRow, breachesOf, countsOf, insertLook, type Rollout, updateRollout } from "./rollouts.store.ts";

/**
 * A look is closed once it adds this share of the arrivals so far: the history stays short (2,000 looks are e^20 arrivals) and a decision
 * comes at most 1 % of the arrivals later.
 */
const LOOK_SHARE = 0.01;

/** What a look decided by, as it is kept for a replay: natural logarithms of the largest e-values so far. */
export interface StoredLook {
  guardrails: { name: string; harm: number; safe: number | null }[];
  sampleRatio: number;
  breaches: number;
}

export interface Looked {
  rollout: Rollout;
  judged: Judged;
}

/**
 * Judges all that was counted so far and, where there is enough of it, closes the open look; within the caller's transaction. `whole` closes
 * it for a single arrival: more of the traffic follows, and nothing that is stored may be left out of that.
 */
export async function lookAt(tx: Tx, rollout: Rollout, at: string, { whole = false } = {}): Promise<Looked> {
  const counts = await countsOf(tx, rollout, rollout.look);
  const breaches = await breachesOf(tx, rollout.seq);
  const isWorth = isWorthALook(rollout, counts, breaches) || (whole && newsOf(counts) > 0);
  if (!isWorth) return { rollout, judged: await lastJudged(tx, rollout) };
  const evidence = addLook(rollout.evidence, counts, rollout.plan, rollout.caps);
  const judged = judge({ ...rollout, evidence, breaches });
  const { look } = rollout;
  await insertLook(tx, rollout.seq, {
    look,
    at,
    verdict: judged.verdict,
    analysis: JSON.stringify(storedLook(judged)),
  });
  const looked = { ...rollout, evidence, look: look + 1 };
  const after = { ...looked, caps: await recapped(tx, looked) };
  await updateRollout(tx, after);
  return { rollout: after, judged };
}

/** What the closed looks say; arrivals that came since are not in it. */
export async function lastJudged(db: Db, rollout: Rollout): Promise<Judged> {
  return judge({ ...rollout, breaches: (await breachesOf(db, rollout.seq)).filter(({ look }) => look < rollout.look) });
}

/** Whether the counts and breaches of the open look are worth closing it. */
export function isWorthALook(
  { evidence, look }: Pick<Rollout, "evidence" | "look">,
  counts: LookCounts,
  breaches: readonly BreachRow[],
): boolean {
  if (breaches.some((breach) => breach.look === look)) return true;
  return isDue(newsOf(counts), newsIn(evidence)) || areReturnsDue(counts.returns ?? [], evidence.returns);
}

/** Units that counts are of, and answers to cohorts. */
export function arrivalsOf({ tallies, cohorts }: LookCounts): number {
  const units = tallies.filter(({ metric }) => metric === "success").reduce((sum, { n }) => sum + n, 0);
  return units + cohortAnswers(cohorts);
}

/** All that makes a look due: arrivals, and pairs, whose second outcome may be of the control and no arrival. */
export function newsOf(counts: LookCounts): number {
  return arrivalsOf(counts) + pairsOfRows(counts.pairs ?? []);
}

/** Of that, what the looks so far have counted. */
export function newsIn(evidence: Evidence): number {
  return arrivalsIn(evidence) + pairsOfEvidence(evidence);
}

/** Whether arrivals since the last look are worth one, after those before it. */
export function isDue(arrivals: number, before: number): boolean {
  return arrivals >= dueAfter(before);
}

/** So many arrivals make a look due. */
export function dueAfter(before: number): number {
  return Math.max(1, Math.ceil(LOOK_SHARE * before));
}

/** What the looks so far have counted. */
export function arrivalsIn({ shadowUnits, exposures, cohorts = {} }: Evidence): number {
  const units = exposures.reduce((sum, { control, candidate }) => sum + control + candidate, 0);
  return shadowUnits + units + cohortAnswers(Object.values(cohorts));
}

export function storedLook({ guardrails, sampleRatio, breaches }: Judged): StoredLook {
  return {
    guardrails: guardrails.map(({ name, peaks }) => ({ name, ...peaks })),
    sampleRatio: Math.log(sampleRatio.e),
    breaches: breaches.length,
  };
}
