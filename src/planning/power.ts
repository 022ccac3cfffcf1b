import type { Found } from "./found.ts";
import type { Known } from "./known.ts";
import { described, planOf, unitsOf } from "./plan.ts";
import { effectOf, type PlanRequest } from "./request.ts";
import type { PowerReport } from "./schema.ts";

/** How surely that many observations or cases show the effect. Throws USAGE on a plan that cannot be. */
export function power(request: PlanRequest, known: Known | null): Found<PowerReport> {
  const plan = planOf(request, known, true);
  const effect = effectOf(request);
  const sizes = plan.test.sizesOf(unitsOf(plan));
  const { units, control, candidate } = sizes;
  return {
    schema: "agentops.stats/1",
    action: "power",
    power: plan.test.power(effect, sizes),
    control,
    candidate,
    total: control + candidate,
    cases: plan.test.unit === "cases" ? units : null,
    mde: request.mde ?? null,
    margin: request.margin ?? null,
    falseAlarm: plan.test.falseAlarm?.(effect, sizes) ?? null,
    ...described(plan, effect, sizes),
  };
}
