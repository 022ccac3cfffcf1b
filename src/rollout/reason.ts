import type { Kill } from "../kill/latch.ts";
import type { Frozen } from "./freeze.store.ts";
import type { FloorNow } from "./guards.schema.ts";
import type { Unproven } from "./state.ts";
import type { JudgedRow } from "./verdict.ts";
import type { Waiting } from "./waiting.ts";

/** Why a look says what it says, why a rollout is where it is, and what a reader must know beside it. */
export type Reason =
  | { code: "ended"; how: "abort" | "rollback" | "promote"; actor: string; reason: string }
  | { code: "breach"; kind: string; observation: number; more: number }
  /** `does` where it does not roll back: it paused it, or is told. */
  | { code: "harm"; guardrail: JudgedRow; does?: "pause" | "tell" }
  /** Everybody gets it, or got it, though these are not shown; a person let the accepted ones pass. */
  | { code: "unproven"; names: readonly string[]; accepted: readonly string[] }
  /** Nothing was learned for so long; given as much again, or taken back. */
  | { code: "idle"; step: Step; ms: number; ended: boolean }
  | {
      code: "sample-ratio";
      split: { candidate: number; units: number; weight: number }[];
      e: number;
      threshold: number;
      /** Whether they are units that were served; else only those with an outcome are known. */
      served: boolean;
    }
  | { code: "control-elsewhere"; control: string; stable: string }
  /** What was recorded when it ended, where no number says it. */
  | { code: "recorded"; reason: string }
  | { code: "safe"; safe: string[]; noHarm: string[] }
  | { code: "step-over"; cohort: string | null }
  | { code: "deadline"; at: string }
  | { code: "due"; overdueSince: string | null; target: string; environment: string }
  | { code: "held"; kill: Kill; target: string }
  | { code: "frozen"; by: Frozen; environment: string }
  | { code: "ready"; turns: "anybody" | "watcher"; target: string; environment: string }
  | {
      code: "waits";
      step: Step;
      target: string;
      versions: { control: string; candidate: string };
      waiting: Waiting;
      noData: boolean;
      /** What is not shown, and from when it keeps nobody any longer; null where only proof does. */
      unproven: (Unproven & { from: string }) | null;
    }
  | { code: "unmeasured"; names: string[] }
  | { code: "one-sided"; name: string; arm: "control" | "candidate" }
  | { code: "cohort-on-control"; cohort: string; answers: number }
  | { code: "unasked"; answers: number }
  | { code: "floor-waits"; floor: number; least: number }
  | { code: "floor-out-of-reach"; floor: number; control: NonNullable<FloorNow["control"]> };

/** Which step waits, and for whom, where it is a cohort's; null in shadow. */
export type Step = { number: number; of: number; weight: number; cohort: string | null } | null;
