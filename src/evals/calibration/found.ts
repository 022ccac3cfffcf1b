import type { Calibration } from "./schema.ts";

/** Why a judge may stand in for people, or may not. */
export type JudgeReason =
  | { code: "agrees"; kappa: Calibration["kappa"] }
  | { code: "never-varies" }
  | { code: "no-better-than-chance" | "contradicts"; passedOfPassed: number; passedOfFailed: number }
  | { code: "unclear"; kappa: Calibration["kappa"]; labels: number }
  | { code: "too-few" | "one-kind"; cases: number; passes: number; fails: number; least: number; leastOfAKind: number };

/** What more labels are for, or where to look for a kind of output that was never met. */
export type LabelsFor =
  | { code: "least"; least: number; leastOfAKind: number }
  | { code: "to-tell-apart" }
  | { code: "look"; kind: "passed" | "failed"; others: number; judgedSo: number };

/** What a reader of a calibration must know besides its numbers. */
export type CalibrationNote =
  | { code: "not-complete"; run: string; status: string }
  | { code: "suite-changed"; suiteFile: string }
  | { code: "unjudged"; labels: number }
  | { code: "same-case" }
  | { code: "picked"; labelled: number; others: number }
  | { code: "swayed"; flips: number; pairs: number };

type Corrected = NonNullable<Calibration["successRate"]["corrected"]>;

/** A calibration in codes and numbers; who calls says how it is worded. */
export type CalibrationFound = Omit<Calibration, "reason" | "need" | "notes" | "successRate"> & {
  reason: JudgeReason;
  need: { labels: number | null; casesLeft: number; why: LabelsFor } | null;
  notes: CalibrationNote[];
  successRate: { raw: Calibration["successRate"]["raw"]; corrected: Omit<Corrected, "why"> | null };
};
