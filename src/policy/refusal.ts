export type RuleName = "published" | "evidence" | "signed" | "approvals" | "freeze" | "errorBudget" | "killed" | "rollout" | "manual" | "after" | "maxWeight" | "takenBack" | "observed" | "committed" | "ladder"; // prettier-ignore

/** A broken rule and the way out. */
export interface Refusal {
  rule: RuleName;
  message: string;
  hint: string;
  /** What the same command is typed with, beside all that it had; the hint says it too. */
  add?: string;
}

/** Each way out once; what several rules want added is added at once, to a command that stays as it was typed. */
export function waysOf(refusals: readonly Refusal[]): string[] {
  const added = refusals.flatMap(({ add }) => (add === undefined ? [] : [add]));
  const others = refusals.filter(({ add }) => add === undefined || added.length === 1).map(({ hint }) => hint);
  return [...new Set([...others, ...(added.length > 1 ? [`the same with ${added.join(" ")}`] : [])])];
}
