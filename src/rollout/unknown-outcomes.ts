import type { Db } from "../state/store.ts";
import { riskDifference } from "../stats/sequential/risk-difference.ts";
import { arrivalsTold, openShares } from "./arrivals.store.ts";
import { addLook, batchesOf, type TallyRow } from "./evidence.ts";
import { judge } from "./judge.ts";
import { breachesOf, type Rollout } from "./rollouts.store.ts";
import type { Analysis, UnknownUnits } from "./schema.ts";
import { openUnits } from "./served.ts";

export interface UnknownOutcomes {
  control: UnknownUnits;
  candidate: UnknownUnits;
  bestCase: Analysis["bestCase"];
  worstCase: Analysis["worstCase"];
}

const UNTOLD: UnknownUnits = { exposed: null, open: null, missing: null };

/** Units by arm whose outcome is not known, and how far these could move the verdict; nulls where nobody said who was served. */
export async function unknownOutcomes(
  db: Db,
  rollout: Rollout,
  {
    at,
    tallies,
    lateMs,
    correctedAfter,
  }: {
    at: string;
    tallies: readonly TallyRow[];
    /** What has not come after so long is called missing, until it comes. */
    lateMs: number;
    correctedAfter: number;
  },
): Promise<UnknownOutcomes> {
  const isTold = rollout.plan.exposures === true && (await arrivalsTold(db, rollout));
  if (!isTold && correctedAfter === 0) return { control: UNTOLD, candidate: UNTOLD, bestCase: null, worstCase: null };
  const now = Math.floor(Date.parse(rollout.endedAt ?? at) / 60_000);
  const all = await openShares(db, rollout, { olderThanMinute: now + 1 });
  const old = await openShares(db, rollout, { olderThanMinute: now - Math.ceil(lateMs / 60_000) });
  const units = (arm: "control" | "candidate"): UnknownUnits => {
    if (!isTold) return UNTOLD;
    const missing = Math.max(0, old[arm].open);
    return { exposed: all[arm].exposed, open: Math.max(0, all[arm].open - missing), missing };
  };
  const breaches = await breachesOf(db, rollout.seq);
  const ifAll = (good: "control" | "candidate") => {
    const rows = [...tallies.filter(({ metric }) => metric === "success")];
    const extra = [
      ...(isTold ? ifKnown(rollout, good) : []),
      ...(good === "control" ? ifCorrected(rollout, correctedAfter) : []),
    ];
    const evidence = addLook(rollout.evidence, { tallies: extra, cohorts: [] }, rollout.plan, rollout.caps);
    const batches = batchesOf([...rows, ...extra]);
    const isCompared = (["control", "candidate"] as const).every((arm) => batches.some((batch) => batch[arm].n > 0));
    return {
      verdict: judge({ ...rollout, evidence, breaches }).verdict,
      difference: isCompared ? riskDifference(batches) : null,
    };
  };
  return { control: units("control"), candidate: units("candidate"), bestCase: ifAll("candidate"), worstCase: ifAll("control") }; // prettier-ignore
}

/** What came after its unit had counted, as if each had made a success of the candidate a failure. */
function ifCorrected({ state: { weight }, look }: Rollout, n: number): TallyRow[] {
  if (n === 0 || !(weight > 0 && weight < 1)) return [];
  return [{ look: look + 2, weight, arm: "candidate", metric: "success", n, sum: 0, squares: 0 }];
}

/** Each unit that is open, as if one arm's were all good and the other's all bad: one more look. */
function ifKnown({ evidence, look }: Rollout, good: "control" | "candidate"): TallyRow[] {
  return openUnits(evidence).flatMap(({ weight, ...units }): TallyRow[] =>
    (["candidate", "control"] as const).flatMap((arm): TallyRow[] => {
      const n = units[arm];
      const sum = arm === good ? n : 0;
      return n === 0 ? [] : [{ look: look + 1, weight, arm, metric: "success", n, sum, squares: sum }];
    }),
  );
}
