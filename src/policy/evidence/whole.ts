import type { RunRow } from "../../evals/run/runs.store.ts";
import type { RunSpec } from "../../evals/run/run-spec.ts";
import { whyPart } from "../../evals/run/whole.ts";

/** Why a run says too little to be evidence, behind `run ID`; undefined for a whole one of which it is known what it was made of. */
export function whyNotWhole(row: Pick<RunRow, "status" | "trials">, spec: RunSpec): string | undefined {
  return whyPart(row, spec) ?? whyUntold(spec);
}

/** Why it is not known what a run was made of. */
export function whyUntold({ inputs, model }: Pick<RunSpec, "inputs" | "model">): string | undefined {
  if (inputs === undefined) return "does not say which files it was made of";
  const told = model === "outputs" || inputs.some(({ role, pin }) => role === "model" && pin === model);
  return told ? undefined : `does not say who answered as ${model}`;
}
