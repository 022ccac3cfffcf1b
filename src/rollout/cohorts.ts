import { cohortsServed } from "../serving/cohorts.ts";
import { sumsOf } from "./evidence.ts";
import { isOver } from "./state.ts";
import type { Rollout } from "./rollouts.store.ts";
import type { CohortCount } from "./schema.ts";

/** What came of each cohort of the plan, and which are served now. */
export function cohortsIn({ plan, state, evidence }: Pick<Rollout, "plan" | "state" | "evidence">): CohortCount[] {
  const served = isOver(state.phase) ? [] : cohortsServed({ plan, state });
  return (plan.cohorts ?? []).map(({ name }) => {
    const { answers, succeeded, units, control } = sumsOf(evidence, name);
    const rate = answers === 0 ? null : succeeded / answers;
    return { name, answers, rate, units, controlAnswers: control, served: served.some((one) => one.name === name) };
  });
}
