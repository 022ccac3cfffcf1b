export type RuleName = "published" | "evidence" | "signed" | "approvals" | "freeze" | "errorBudget" | "killed" | "rollout" | "manual" | "after" | "maxWeight" | "takenBack" | "observed" | "committed" | "ladder"; // prettier-ignore

/** A broken rule and the way out. */
export interface Refusal {
  rule: RuleName;
  message: string;
  hint: string;
}
