import type { Found } from "./found.ts";
import type { Known } from "./known.ts";
import { described, type Plan, planOf, unitsOf } from "./plan.ts";
import { type PlanRequest, refuse } from "./request.ts";
import type { MdeReport } from "./schema.ts";

/** The smallest drop and gain that many observations or cases show. Throws USAGE on a plan that cannot be. */
export function mde(request: PlanRequest, known: Known | null): Found<MdeReport> {
  if (request.margin !== undefined) refuse("mde looks for a difference, not a margin: leave --margin out");
  const plan = planOf(request, known);
  const sizes = plan.test.sizesOf(unitsOf(plan));
  const { units, control, candidate } = sizes;
  const down = plan.test.smallest(sizes, "down");
  return {
    schema: "agentops.stats/1",
    action: "mde",
    down,
    up: plan.test.smallest(sizes, "up"),
    smaller: smallerThan(plan, down),
    control,
    candidate,
    total: control + candidate,
    cases: plan.test.unit === "cases" ? units : null,
    power: request.power,
    ...described(plan, down, sizes),
  };
}

/** What an engineer asks next: 3 points, or half of what is seen already. Null where no drop is possible. */
function smallerThan({ test, request, baseline }: Plan, down: number | null): MdeReport["smaller"] {
  if (baseline === 0 && request.mde === undefined) return null;
  const seen = down ?? Math.min(0.1, (baseline ?? 1) / 2);
  const effect = request.mde ?? (seen > 0.03 ? 0.03 : Number((seen / 2).toPrecision(1)));
  const sizes = test.sizesFor(effect);
  if (!Number.isSafeInteger(sizes.units)) return null;
  return { mde: effect, n: sizes.units, clusters: test.clusters?.(sizes).planned ?? null };
}
