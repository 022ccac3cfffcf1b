import { plural } from "../../core/words.ts";
import type { GatePlan, PlannedSide } from "../../gate/plan/plan.schema.ts";
import { headline } from "../gate/words.ts";
import { usd, whole } from "../numbers.ts";

/** `80 cases × 3 trials: 240 calls`, and where the other answers come from. */
export function callsWords(side: PlannedSide): string {
  const { cases, trials, calls, stored, recorded, judgeCalls, reuses } = side;
  const size = `${plural(cases, "case", "cases", whole(cases))} × ${plural(trials, "trial")}`;
  if (reuses !== null) return `${size}: no call, run ${reuses.slice(0, 13)} stands for it`;
  const parts = [
    plural(calls, "call", "calls", whole(calls)),
    ...(stored > 0 ? [`${whole(stored)} answers from the store`] : []),
    ...(recorded > 0 ? [`${whole(recorded)} from recordings`] : []),
    ...(judgeCalls > 0 ? [plural(judgeCalls, "call of a judge", "calls of judges", whole(judgeCalls))] : []),
  ];
  return `${size}: ${parts.join(", ")}`;
}

/** What a side is expected to cost, and by what it is told. */
export function costWords({ calls, judgeCalls, remote, costUsd, basis }: PlannedSide): string {
  if (calls + judgeCalls === 0) return "nothing";
  if (!remote && judgeCalls === 0) return "nothing (offline stand-in)";
  if (costUsd === null)
    return basis === null
      ? "unknown: no complete run of this suite with this model yet"
      : `unknown: run ${basis.run.slice(0, 13)} does not tell all of it (no price, or no usage reported)`;
  const of = basis === null ? "" : ` by run ${basis.run.slice(0, 13)} of ${basis.at.slice(0, 10)}`;
  return `about ${usd(costUsd)}${of}${rateWords(basis, calls, judgeCalls)}`;
}

function rateWords(basis: PlannedSide["basis"], calls: number, judgeCalls: number): string {
  const rates = [
    ...(calls > 0 && basis?.perCallUsd != null ? [`${usd(basis.perCallUsd)} a call`] : []),
    ...(judgeCalls > 0 && basis?.perJudgementUsd != null ? [`${usd(basis.perJudgementUsd)} a trial for judges`] : []),
  ];
  return rates.length === 0 ? "" : ` (${rates.join(", ")})`;
}

/** What `--max-cost` would do to a side; undefined where it does nothing. */
export function capWords({ maxCostUsd }: GatePlan, { maxCost, calls }: PlannedSide): string | undefined {
  if (maxCost === null || maxCost.stops === false) return undefined;
  const cap = `--max-cost ${usd(maxCostUsd ?? 0)}`;
  if (maxCost.stops === null) return `whether ${cap} stops it nobody knows`;
  return `${cap} stops it after about ${whole(maxCost.afterCalls ?? 0)} of ${whole(calls)} calls, which decides nothing`;
}

export function totalWords(plan: GatePlan): string {
  const { calls, judgeCalls, costUsd, runs, earlyStop } = plan;
  const judges =
    judgeCalls === 0 ? "" : ` and ${plural(judgeCalls, "call of a judge", "calls of judges", whole(judgeCalls))}`;
  const unknown = runs.flatMap(({ sides }) => sides).filter((side) => side.costUsd === null).length;
  const cost =
    costUsd === null
      ? `cost unknown (of ${plural(unknown, "side")})`
      : costUsd === 0
        ? "at no cost"
        : `about ${usd(costUsd)}`;
  const most = earlyStop ? "at most " : "";
  return `${most}${plural(calls, "call", "calls", whole(calls))}${judges}, ${cost}`;
}

/** What the gate would say before anything is asked; it says all where nothing is to be run. */
export function verdictWords(plan: GatePlan, name: (suite: string) => string): string {
  const { runs, atBest } = plan;
  if (runs.length > 0)
    return atBest === "pass" ? "by what is answered" : `at best ${atBest}: see the notes, whatever is answered`;
  const judged = { ...plan, schema: "agentops.gate/1" as const, verdict: atBest, runs: [] };
  return `${atBest}: ${headline(judged, name)}`;
}
