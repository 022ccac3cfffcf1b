import type { Aim, ClustersNeeded, ComparisonFound, NeedFound, Note } from "../comparison/found.ts";
import type { JudgeNote } from "../evals/result/judges.ts";
import type { RunMetrics } from "../evals/result/schema.ts";
import type { Check, EvaluatedRun, Evaluation } from "./evaluation.schema.ts";
import type { GateDocument } from "./gate.schema.ts";
import type { WeakenedSuite } from "./weakened/weak-change.ts";

/** What a check was judged by, besides its numbers. */
export type Ground =
  | { code: "bound"; direction: "min" | "max" }
  | {
      code: "absent";
      what:
        | "score"
        | "safety-scorer"
        | "latency"
        | "price"
        | "shared-case"
        | "shared-latency"
        | "shared-cost"
        | "part"
        | "trials";
    }
  | { code: "margin" | "safety" }
  | { code: "cost-part"; part: NonNullable<RunMetrics["costPart"]> }
  | ({ code: "trade" } & LeftOut)
  | { code: "not-fresh"; simulated: boolean }
  | ({ code: "increase"; bound: "suite" | "default"; improved: boolean } & LeftOut)
  | { code: "early-stop"; regressions: number; improvements: number };

/** Shared cases with an answer stored or recorded before, whose latency and cost are of another day. */
interface LeftOut {
  leftOut: number;
}

export type CheckFound = Omit<Check, "reason"> & { ground: Ground };

/** What a reader of a run's verdict must know. */
export type RunNote = Note | JudgeNote | { code: "nothing-compared" } | { code: "stopped-early" };

/** A judged run in codes and numbers; `report` words it. */
export type RunFound = Omit<EvaluatedRun, "checks" | "comparison" | "notes"> & {
  checks: CheckFound[];
  comparison: ComparisonFound | null;
  notes: RunNote[];
};

export type EvaluationFound = Omit<Evaluation, "runs"> & { runs: RunFound[] };

/** Why so many more cases: `on-the-bound` has no number that would do. */
export type NeedFor = Aim | { code: "on-the-bound" } | { code: "to-bound-it" } | { code: "as-seen" };

export interface MoreEvidence {
  check: string;
  /** Cases in all; null when no number would do. */
  cases: number | null;
  /** As of `NeedFound`; null also where no number would do. */
  clusters: ClustersNeeded | null;
  why: NeedFor;
  /** For the difference that was seen where `cases` is for the one asked for, or the other way round. */
  other: NeedFound | null;
}

/** What a reader of a gate's verdict must know. */
export type GateNote =
  | { code: "unmeasured"; artifact: string; missingSuites: string[] }
  | { code: "no-gate"; suiteFile: string; artifact: string }
  | { code: "new"; artifact: string; suite: string }
  | { code: "invalid-control"; artifact: string; message: string }
  | { code: "orphaned"; artifact: string; suiteFile: string }
  | { code: "yardstick-changed"; file: string }
  | { code: "not-run"; suites: string[] }
  | { code: "itself"; base: string; commit: string; is: "head" | "ahead"; job: "github" | "gitlab" | null }
  | { code: "ambiguous-base"; base: string; ref: string; others: string[] }
  | { code: "moved"; from: string }
  | { code: "renamed"; artifact: string; from: string }
  | { code: "replaced"; artifact: string; gone: string[] }
  | { code: "moved-away"; artifact: string; to: string }
  | { code: "provider-changed"; provider: string; users: string[] }
  | { code: "submodule-changed"; path: string }
  | { code: "suites-absent"; files: string[] }
  | { code: "partly-staged"; file: string }
  | { code: "nothing-to-accept" };

export type GateRunFound = RunFound &
  Pick<GateDocument["runs"][number], "artifact" | "examples"> & { need: MoreEvidence[] };

export type GateFound = Omit<GateDocument, "runs" | "notes" | "weakened"> & {
  runs: GateRunFound[];
  notes: GateNote[];
  weakened: WeakenedSuite[];
};
