import { plural, points } from "../../core/words.ts";
import type { RolloutForecast } from "../../planning/schema.ts";
import { percent, trimmed, whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

type Scenario = Pick<RolloutForecast["harmful"], "expected" | "p90">;

/** How long a rollout takes, in words, then step by step. */
export function rolloutPlanText(plan: RolloutForecast, style: Style): string[] {
  const { baseline, mde, margin, harmful, harmless } = plan;
  const drop = `${points(mde)} worse (${percent(baseline)} → ${percent(harmful.successRate)})`;
  const good = `as good as the control is shown not to be worse by ${points(margin)}, and promoted,`;
  return [
    style.bold(`A candidate that is ${drop} is rolled back ${when(harmful)}`),
    style.bold(`A candidate that is ${good} ${when(harmless)}`),
    `Nine of ten are decided within ${hours(harmful.p90.hours)} and ${hours(harmless.p90.hours)} (${whole(harmful.p90.candidate)} and ${whole(harmless.p90.candidate)} observations of the candidate).`,
    "",
    ...stepTable(plan, style),
    "",
    ...basis(plan).map((line) => style.dim(line)),
  ];
}

function when({ expected: { candidate, arrivals, hours: length, step, weight } }: Scenario): string {
  const seen = `${whole(candidate)} observations of it and ${whole(arrivals)} in all`;
  return `after about ${hours(length)}: ${seen}, at step ${step + 1} (${percent(weight)}).`;
}

function stepTable({ steps, mde, margin }: RolloutForecast, style: Style): string[] {
  const head = ["step", "weight", "candidate/hour", "lasts at least", `alone: drop of ${points(mde)}`, `alone: not worse by ${points(margin)}`]; // prettier-ignore
  const rows = steps.map(({ weight, candidatePerHour, least, alone }, i) => [
    String(i + 1),
    percent(weight),
    rateText(candidatePerHour),
    ...(least === null || alone === null
      ? ["promoted", "", ""]
      : [hours(least.hours), hours(alone.harmful.hours), hours(alone.harmless.hours)]),
  ]);
  return columns(head, rows, (text) => style.dim(text)).split("\n");
}

function basis({ alpha, guardrails, harmThreshold, safeThreshold, stepHours, stepObservations, trafficHours, settleHours, ...plan }: RolloutForecast): string[] {
  const { evidence } = plan;
  const falsely = `at most ${percent(alpha)} of candidates as good as the control are rolled back, and of those worse by the margin promoted, however often one looks`;
  return [
    `${falsely}: evidence of ${whole(harmThreshold)} (success beside ${guardrails === 1 ? "nothing else" : plural(guardrails - 1, "other metric")}) and ${whole(safeThreshold)}`,
    `a step lasts ${hours(Math.max(stepHours, settleHours))} and ${whole(stepObservations)} observations of the candidate or more; the last one below 100 % until it is decided`,
    ...(settleHours === 0 ? [] : [`a unit counts ${hours(settleHours)} after it was served, so decisions come that much later; about ${whole(plan.perHour * settleHours)} are on their way`]),
    ...(trafficHours === 0 ? [] : [`everybody gets it after ${hours(trafficHours)} of traffic at the earliest (canary start --fast leaves that out, and so does --fast here)`]),
    ...(evidence === null ? [] : [`from run ${evidence.runs.join(" and ")}: baseline ${percent(plan.baseline)}`]),
  ];
} // prettier-ignore

/** Half a unit an hour is not none. */
function rateText(perHour: number): string {
  return perHour >= 1 ? trimmed(perHour, 1) : String(Number(perHour.toPrecision(1)));
}

/** 0.4 → "24 minutes", 38.2 → "38 hours", 250 → "10.4 days". */
export function hours(length: number): string {
  if (length < 1) return unit(Math.ceil(length * 60), "minute");
  return length < 72 ? unit(Number(trimmed(length, length < 10 ? 1 : 0)), "hour") : unit(Number(trimmed(length / 24, 1)), "day"); // prettier-ignore
}

function unit(n: number, name: string): string {
  return plural(n, name, `${name}s`, n < 1000 ? String(n) : whole(n));
}
