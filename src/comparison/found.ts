import type { Part } from "../registry/parts.ts";
import type { ComparedMetric, Comparison, DiffDocument } from "./schema.ts";

/** What a reader of a metric must know beside its numbers. */
export type Remark =
  | { code: "few-changed"; cases: number }
  | { code: "no-spread"; of: GroupKind }
  | { code: "sign-flips"; of: GroupKind; differing: number; groups: number }
  | { code: "partly-measured"; of: "cases" | "trials"; measured: number; all: number }
  | { code: "few-values"; quantile: number; values: number; least: number }
  | { code: "few-latencies"; quantile: number; of: GroupKind; groups: number }
  | { code: "few-differing"; of: GroupKind; differing: number }
  | { code: "judged-together"; family: "guardrail" | "other"; metrics: number; alone: number; together: number }
  | { code: "small-effect"; minEffect: number }
  | { code: "within-margin"; margin: number; relative: boolean }
  | { code: "price"; metric: string; increase: number; margin: number }
  | { code: "benefit"; improvement: number; margin: number }
  | { code: "fresh-pairs"; fresh: number; all: number }
  | { code: "not-fresh"; simulated: boolean };

export type GroupKind = "cases" | "clusters";

export type Side = "control" | "candidate";

/** What a reader of a comparison must know: what was left out, and what makes the sides unlike. */
export type Note =
  | { code: "not-complete"; side: Side; status: string }
  /** `judge`: those of them in which the judge gave no verdict. */
  | { code: "errors"; side: Side; trials: number; judge: number; fellBack: number }
  | { code: "only-on-one-side"; side: Side; cases: number }
  | { code: "differing"; cases: number }
  | { code: "unscored"; cases: number }
  | { code: "other-suite"; control: string; candidate: string }
  | { code: "suite-changed" }
  | { code: "scoring-changed" }
  | { code: "scorer-on-one-side"; scorer: string }
  | { code: "simulated" }
  | { code: "stand-in" }
  | { code: "too-many-errors"; limit: number }
  | { code: "few-cases"; cases: number; drop: number | null; atBest: boolean }
  | { code: "few-clusters"; clusters: number; least: number; drop: number | null }
  | { code: "same-content"; oneRun: boolean }
  | { code: "no-run"; suite: string | null; of: string[] }
  | { code: "no-common-suite"; suite: string | null }
  | { code: "control-reused"; from: string }
  | { code: "not-watched" }
  | { code: "changed-together"; parts: Part[]; suite: string | null; control: string; candidate: string };

/** What a number of cases is for: the difference `asked` for, or the one `seen`; `discordance` is the share of cases that change. */
export type Aim = { of: "asked" | "seen"; rough: number | null; target: number } & (
  { code: "exclude" } | { code: "see"; power: number; discordance: number | null }
);

export interface NeedFound {
  cases: number;
  /** Of cases in clusters, how many of those it takes; fewer than `least` can show nothing. Null where cases are not clustered. */
  clusters: ClustersNeeded | null;
  why: Aim;
}

export type ClustersNeeded = NonNullable<NonNullable<Comparison["need"]>["clusters"]>;

export type MetricFound = Omit<ComparedMetric, "remarks"> & { remarks: Remark[] };

/** What a comparison found, in codes and numbers; `report` words it. */
export type ComparisonFound = Omit<Comparison, "metrics" | "need" | "notes"> & Coded;

/** The same of a diff, which may have had no runs to compare. */
export type DiffFound = Omit<DiffDocument, "metrics" | "need" | "notes"> & Coded;

interface Coded {
  metrics: MetricFound[];
  need: (NeedFound & { other: NeedFound | null }) | null;
  notes: Note[];
}
