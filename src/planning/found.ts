import type { StatsReport } from "./schema.ts";

/** What a reader of a plan or an interval must know before believing it. */
export type PlanNote =
  | { code: "not-complete"; run: string | null; status: string }
  | { code: "several-trials"; trials: number }
  | { code: "one-run" }
  | { code: "left-out"; cases: number; twice: boolean }
  | { code: "few-cases"; cases: number }
  | { code: "clusters-unknown" }
  | { code: "few-clusters"; clusters: number }
  | { code: "clusters"; effect: number }
  | { code: "more-discordance"; seen: number; planned: number }
  | { code: "rough"; least: number; exact: boolean }
  | { code: "raised"; least: number }
  /** `units` are what Fisher's test needs for the same; null where no difference is named. */
  | { code: "false-alarms"; test: string; exactSize: number; alpha: number; units: number | null }
  | { code: "ties"; exact: boolean }
  | { code: "simulated" }
  | {
      code: "thin-step"; weight: number; perHour: number; candidatePerHour: number; observations: number; hours: number; mde: number;
      aloneHours: number;
    }
  /** `drop` and `margin`: what is known by then instead, null: nothing; undefined where it is known in time; `steps` are decided in time. */
  | { code: "past-deadline"; steps: number[] | null; deadlineHours: number; perHour: number; hours: number; drop: number | null | undefined; margin: number | null | undefined }
  | { code: "within-margin"; mde: number; margin: number }
  | { code: "one-of-guardrails"; guardrails: number }; // prettier-ignore

/** A report in codes and numbers; `report` words its notes. */
export type Found<R extends StatsReport = StatsReport> = R extends StatsReport
  ? Omit<R, "notes"> & { notes: PlanNote[] }
  : never;
