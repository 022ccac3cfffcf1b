import { share } from "../../core/words.ts";
import type { Breaches, FloorNow } from "../../rollout/guards.schema.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";

const LABEL = 10;

/** What ends a rollout beside the comparison: its floor and its breaches, a line each. */
export function guardLines(floor: FloorNow | null, breaches: Breaches): string[] {
  return [`${"floor".padEnd(LABEL)}${floorText(floor)}`, `${"breaches".padEnd(LABEL)}${breachText(breaches)}`];
}

/** What was configured and says nothing of a ratio; nothing where all that was is read. */
export function ignoredTexts({ ignored = [] }: Pick<RolloutPlan, "ignored">): string[] {
  if (ignored.length === 0) return [];
  const are = ignored.length === 1 ? "is" : "are";
  return [
    `${ignored.join(", ")} ${are} of a share within capMs or capUsd; what is compared here is a ratio, whose limit is maxIncrease`,
  ];
}

export function breachesOf({ critical, guardrails }: RolloutPlan): Breaches {
  return { critical, compared: guardrails.some(({ name }) => name === "safety") };
}

function floorText(floor: FloorNow | null): string {
  if (floor === null) return "none";
  const { configured, capped, inForce, margin, control } = floor;
  if (!capped) return `success below ${share(configured)}, as written`;
  if (control === null)
    return `success waits for what the control reaches (${share(configured)} configured; too few of its outcomes are known)`;
  const known = `the control has ${rateOf(control)}, margin ${Number((margin * 100).toFixed(2))}`;
  if (inForce === null) return `none: the control leaves nothing of ${share(configured)} (${known})`;
  const asked = inForce < configured ? `${share(configured)} configured; ` : "";
  return `success below ${share(inForce)} (${asked}${known})`;
}

/** "80.6 % [79.1 %, 82 %]". */
export function rateOf({ rate, ci95: [low, high] }: NonNullable<FloorNow["control"]>): string {
  return `${share(rate)} [${share(low)}, ${share(high)}]`;
}

function breachText({ critical, compared }: Breaches): string {
  if (critical === "any") return "any one ends it";
  const others = compared ? "compared with the control's" : "not looked at";
  if (critical.length > 0) return `one of ${critical.join(", ")} ends it; others are ${others}`;
  return compared ? `${others}; no single one ends it` : others;
}
