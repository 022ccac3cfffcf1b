import type { ObservedDocument } from "../../observations/schema.ts";
import { plural } from "../../core/words.ts";
import { many, whole } from "../numbers.ts";

/** One line: `recorded 1,000 observations in production (3 repeats, 2 of an unknown version)`. */
export function observedText(
  { env, recorded, repeated, completed, corrected, unknownBy, invalid }: ObservedDocument,
  noun: "observation" | "exposure" = "observation",
): string {
  const parts = [
    ...(repeated > 0 ? [many(repeated, "repeat")] : []),
    ...(completed > 0 ? [`${whole(completed)} completed`] : []),
    ...(corrected > 0 ? [`${whole(corrected)} corrected`] : []),
    ...(["target", "version", "rollout"] as const)
      .filter((of) => unknownBy[of] > 0)
      .map((of) => `${whole(unknownBy[of])} of an unknown ${of}`),
    ...(invalid > 0 ? [`${plural(invalid, "bad line")} left out`] : []),
  ];
  return `recorded ${many(recorded, noun)} in ${env}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}
