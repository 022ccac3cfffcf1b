import { logMeanExp } from "../stats/distributions/log-mean.ts";
import { type Exposure, sampleRatioLogE } from "../stats/sequential/sample-ratio.ts";
import type { Row } from "../state/tables.ts";
import type { RolloutPlan } from "./schema.ts";

/** Units that were served in one look, at one probability, in one arm. */
export type ArrivalRow = Omit<Row<"arrivals">, "rollout">;

interface ArmUnits {
  exposed: number;
  /** Of those, drawn anew before an outcome was known; none counts for them any more. */
  superseded: number;
}

/** Units that were served with one probability to be the candidate's. */
export interface ServedUnits {
  weight: number;
  control: ArmUnits;
  candidate: ArmUnits;
}

interface Seen {
  /** Absent where the plan does not ask for it. */
  served?: ServedUnits[];
  /** Units with an outcome, by the probability they were assigned with. */
  exposures: Exposure[];
}

/** The evidence's units that were served after one more look, in the order of weights. */
export function withServed(
  { served: before = [] }: Pick<Seen, "served">,
  rows: readonly ArrivalRow[] | undefined,
): Pick<Seen, "served"> {
  if (rows === undefined) return {};
  const byWeight = new Map(before.map((its) => [its.weight, its]));
  for (const { weight, arm, exposed, superseded } of rows) {
    const its = byWeight.get(weight) ?? { weight, control: NONE, candidate: NONE };
    const { [arm]: sums } = its;
    const after = { exposed: sums.exposed + exposed, superseded: sums.superseded + superseded };
    byWeight.set(weight, { ...its, [arm]: after });
  }
  return { served: [...byWeight.values()].sort((a, b) => a.weight - b.weight) };
}

const NONE: ArmUnits = { exposed: 0, superseded: 0 };

/** Units of each arm that a probability below 1 divided: served, or where nobody says who was, with an outcome. */
export function divided({ served, exposures }: Seen): Exposure[] {
  if (served === undefined) return exposures;
  return served.map(({ weight, control, candidate }) => ({
    weight,
    control: control.exposed,
    candidate: candidate.exposed,
  }));
}

/** Of those, the ones whose outcome is not known and still counts. */
export function openUnits({ served = [], exposures }: Seen): Exposure[] {
  const known = new Map(exposures.map((exposure) => [exposure.weight, exposure]));
  return served.map(({ weight, control, candidate }) => {
    const left = (arm: "control" | "candidate", { exposed, superseded }: ArmUnits) =>
      Math.max(0, exposed - superseded - (known.get(weight)?.[arm] ?? 0));
    return { weight, control: left("control", control), candidate: left("candidate", candidate) };
  });
}

/** Whether anybody said who was served: else no unit is known before its outcome is. */
export function isServedKnown(seen: Seen): boolean {
  const isSuperseded = (seen.served ?? []).some(
    ({ control, candidate }) => control.superseded + candidate.superseded > 0,
  );
  return isSuperseded || openUnits(seen).some(({ control, candidate }) => control + candidate > 0);
}

/**
 * {@link sampleRatioLogE} of a rollout whose plan counts who was served: the mean of the e-values of what came since each step began, so that a
 * long time in which all was right does not hide what is not. Units are of a step by their probability, which a plan without small
 * steps up keeps apart; where it does not, it is the mean of e-values all the same.
 */
export function dividedLogE(exposures: readonly Exposure[], { steps, exposures: isServed }: RolloutPlan): number {
  if (isServed !== true) return sampleRatioLogE(exposures);
  const shares = steps.filter((step) => step > 0 && step < 1);
  const above = [0, ...shares.slice(0, -1)];
  const logs = above.map((least) => sampleRatioLogE(exposures.filter(({ weight }) => weight > least)));
  return logMeanExp(logs);
}
