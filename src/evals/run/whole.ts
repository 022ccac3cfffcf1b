import type { RunRow } from "./runs.store.ts";
import type { RunSpec } from "./run-spec.ts";

/**
 * Why a run is only a part of what its suite asks for, behind `run ID`; undefined for a whole one. A gate that was ended before its trials, early or for
 * money, counts as what it is: undecided at best.
 */
export function whyPart(row: Pick<RunRow, "status" | "trials">, spec: RunSpec): string | undefined {
  if (row.status !== "complete" && !(row.status === "stopped" && spec.control !== undefined)) return `is ${row.status}`;
  if (spec.partial === true) return "judged only some of the cases";
  const asked = spec.suite.trials ?? 1;
  return row.trials < asked ? `ran ${row.trials} of the ${asked} trials a case that its suite asks for` : undefined;
}
