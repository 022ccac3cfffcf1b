import type { Sqlite } from "../state/connection.ts";
import { addLook, type TallyRow } from "./evidence.ts";
import { judge, type Judged } from "./judge.ts";
import { type BreachRow, breachesOf, insertLook, type Rollout, talliesOf, updateRollout } from "./rollouts.store.ts";

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

/** Judges all that was counted so far and, where there is enough of it, closes the open look; within the caller's transaction. */
export function lookAt(sqlite: Sqlite, rollout: Rollout, at: string): { rollout: Rollout; judged: Judged } {
  const tallies = talliesOf(sqlite, rollout.seq, { from: rollout.look, to: rollout.look });
  const breaches = breachesOf(sqlite, rollout.seq);
  if (!isWorthALook(rollout, tallies, breaches)) return { rollout, judged: lastJudged(sqlite, rollout) };
  const evidence = addLook(rollout.evidence, tallies, rollout.plan, rollout.caps);
  const judged = judge({ ...rollout, evidence, breaches });
  const { look } = rollout;
  insertLook(sqlite, rollout.seq, { look, at, verdict: judged.verdict, analysis: JSON.stringify(storedLook(judged)) });
  const after = { ...rollout, evidence, look: look + 1 };
  updateRollout(sqlite, after);
  return { rollout: after, judged };
}

/** What the closed looks say; arrivals that came since are not in it. */
export function lastJudged(sqlite: Sqlite, rollout: Rollout): Judged {
  return judge({ ...rollout, breaches: breachesOf(sqlite, rollout.seq).filter(({ look }) => look < rollout.look) });
}

function isWorthALook(
  { evidence, look }: Rollout,
  tallies: readonly TallyRow[],
  breaches: readonly BreachRow[],
): boolean {
  if (breaches.some((breach) => breach.look === look)) return true;
  const arrivals = tallies.filter(({ metric }) => metric === "success").reduce((sum, { n }) => sum + n, 0);
  const before = evidence.shadowUnits + evidence.exposures.reduce((sum, e) => sum + e.control + e.candidate, 0);
  return arrivals > 0 && arrivals >= LOOK_SHARE * before;
}

export function storedLook({ guardrails, sampleRatio, breaches }: Judged): StoredLook {
  return {
    guardrails: guardrails.map(({ name, peaks }) => ({ name, ...peaks })),
    sampleRatio: Math.log(sampleRatio.e),
    breaches: breaches.length,
  };
}
