/**
 * Counts the changes after which an equal answer may score otherwise. A run keeps the number it was scored under, and is no control for one of
 * another: the difference might be the scorers'. 2: compares after NFC and line-end folding; numbers have units; broken JSON is none; more
 * languages refuse. 3: JSON in which a key stands twice is none; whole numbers to their last digit; more names of money; what is
 * quoted or said for joy refuses nothing.
 */
export const SCORING = 3;

/** What a run was scored under; runs from before it was counted do not say. */
export function scoringOf({ scoring }: { scoring?: number | undefined }): number {
  return scoring ?? 1;
}
