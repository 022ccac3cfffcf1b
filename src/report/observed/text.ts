import type { ObservedDocument } from "../../observations/schema.ts";
import { plural } from "../../core/words.ts";
import { many, whole } from "../numbers.ts";

/** One line: `recorded 1,000 observations (3 repeats, 2 of versions never released)`. */
export function observedText({ env, recorded, repeated, unknown, invalid }: ObservedDocument): string {
  const parts = [
    ...(repeated > 0 ? [many(repeated, "repeat")] : []),
    ...(unknown > 0 ? [`${whole(unknown)} of versions never released`] : []),
    ...(invalid > 0 ? [`${plural(invalid, "bad line")} left out`] : []),
  ];
  return `recorded ${many(recorded, "observation")} in ${env}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}
