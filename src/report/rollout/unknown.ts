import type { RolloutDocument } from "../../rollout/schema.ts";
import { many, signed, whole } from "../numbers.ts";

/** Whose outcome is not known, and how far that could move the verdict; nothing where all are known, or nobody said who was served. */
export function unknownLines({ control, candidate, analysis }: RolloutDocument): string[] {
  const { bestCase, worstCase } = analysis;
  const [ofControl, ofCandidate] = [control, candidate].map(({ open, missing }) => (open ?? 0) + (missing ?? 0));
  if (bestCase === null || worstCase === null || (ofControl === 0 && ofCandidate === 0)) return [];
  const arm = (name: string, { exposed, missing }: RolloutDocument["control"], unknown = 0) =>
    `${whole(unknown)} of the ${name}'s ${whole(exposed ?? 0)} units${(missing ?? 0) > 0 ? ` (${whole(missing ?? 0)} for longer than usual)` : ""}`;
  const then = ({ verdict, difference }: NonNullable<RolloutDocument["analysis"]["bestCase"]>) =>
    `${verdict}${difference === null ? "" : ` (${signed(difference * 100, 1)} points)`}`;
  return [
    `outcome not known of ${arm("candidate", candidate, ofCandidate)} and ${arm("control", control, ofControl)}; ` +
      `if all the candidate's were good and the control's bad: ${then(bestCase)}; the reverse: ${then(worstCase)}`,
  ];
}

/** Failures that nobody reported. */
export function assumedLines({ assumed: { control, candidate } }: RolloutDocument): string[] {
  if (control + candidate === 0) return [];
  const of = (n: number, arm: string) => `${whole(n)} of the ${arm}'s`;
  return [
    `no outcome came of ${of(candidate, "candidate")} and ${of(control, "control")} answers: counted as failures`,
  ];
}

/** What is in no number: nobody drew it, or it came too late for what was decided. */
export function apartLines({ forced, correctedAfter, analysis: { worstCase } }: RolloutDocument): string[] {
  const worst = worstCase === null ? "" : `; were all of them failures of the candidate: ${worstCase.verdict}`;
  return [
    ...(forced === 0 ? [] : [`${many(forced, "outcome")} of a version that was asked for by name`]),
    ...(correctedAfter === 0
      ? []
      : [
          `${many(correctedAfter, "outcome")} that came, or ${correctedAfter === 1 ? "was" : "were"} corrected, after ${correctedAfter === 1 ? "its unit" : "their units"} had counted${worst}`,
        ]),
  ];
}
