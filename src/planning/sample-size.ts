import type { Found } from "./found.ts";
import type { Known } from "./known.ts";
import { moreTrials } from "./paired.ts";
import { described, planOf } from "./plan.ts";
import { LEAST_A_SIDE } from "./planned-test.ts";
import { effectOf, type PlanRequest, refuse } from "./request.ts";
import type { SampleSize } from "./schema.ts";

/** How many observations or cases show the effect. Throws USAGE on a plan that cannot be. */
export function sampleSize(request: PlanRequest, known: Known | null): Found<SampleSize> {
  const plan = planOf(request, known);
  const effect = effectOf(request);
  const sizes = plan.test.sizesFor(effect);
  const { units, control, candidate, raised } = sizes;
  if (!Number.isSafeInteger(control + candidate))
    refuse(`an effect of ${effect} takes more observations than can be counted`);
  const paired = known?.paired ?? null;
  const about = described(plan, effect, sizes);
  return {
    schema: "agentops.stats/1",
    action: "sample-size",
    control,
    candidate,
    total: control + candidate,
    cases: paired === null ? null : units,
    mde: request.mde ?? null,
    margin: request.margin ?? null,
    power: request.power,
    moreTrials: paired === null || plan.test.method !== "miller" ? null : moreTrials(request, paired, effect),
    ...about,
    notes: [...about.notes, ...(raised === true ? [{ code: "raised", least: LEAST_A_SIDE } as const] : [])],
  };
}
