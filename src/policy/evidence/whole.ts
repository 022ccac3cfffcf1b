import type { RunRow } from "../../evals/run/runs.store.ts";
import type { RunSpec } from "../../evals/run/run-spec.ts";

/**
 * Why a run says too little to be evidence, behind `run ID`; undefined for a whole one. A gate that was ended before its trials, early or for money, counts
 * as what it is: undecided at best.
 */
export function whyNotWhole(row: Pick<RunRow, "status" | "trials">, spec: RunSpec): string | undefined {
  if (row.status !== "complete" && !(row.status === "stopped" && spec.control !== undefined)) return `is ${row.status}`;
  if (spec.partial === true) return "judged only some of the cases";
  const asked = spec.suite.trials ?? 1;
  if (row.trials < asked) return `ran ${row.trials} of the ${asked} trials a case that its suite asks for`;
  return whyUntold(spec);
}

/** Why it is not known what a run was made of. */
export function whyUntold({ inputs, model }: Pick<RunSpec, "inputs" | "model">): string | undefined {
  if (inputs === undefined) return "does not say which files it was made of";
  const told = model === "outputs" || inputs.some(({ role, pin }) => role === "model" && pin === model);
  return told ? undefined : `does not say who answered as ${model}`;
}
