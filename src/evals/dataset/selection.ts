import { createHash } from "node:crypto";
import { AgentopsError } from "../../core/errors.ts";
import type { EvalCase } from "../../scorers/scorer.ts";

/** Which cases of a dataset to run. */
export interface Selection {
  /** Every filter must hold: a case's id, tag, cluster, or a variable by name, equals the value. */
  filters: readonly { key: string; value: string }[];
  /** Size of a stable random sample; undefined = all. */
  sample: number | undefined;
}

/** Parses `k=v`; throws USAGE. */
export function parseFilter(text: string): { key: string; value: string } {
  const equals = text.indexOf("=");
  if (equals <= 0)
    throw new AgentopsError("USAGE", `not a filter: "${text}"`, {
      hint: "--filter KEY=VALUE, where KEY is id, tag, cluster or a variable",
    });
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

export function matches(evalCase: EvalCase, selection: Selection): boolean {
  return selection.filters.every(({ key, value }) => valuesOf(evalCase, key).includes(value));
}

function valuesOf(evalCase: EvalCase, key: string): string[] {
  if (key === "id") return [evalCase.id];
  if (key === "tag" || key === "tags") return evalCase.tags;
  if (key === "cluster") return evalCase.cluster === null ? [] : [evalCase.cluster];
  const value = evalCase.vars[key.replace(/^vars\./, "")];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}

/** The rank of a case in every sample: a hash of its id alone, so that both arms of a comparison draw the same cases. */
export function sampleRank(caseId: string): string {
  return createHash("sha256").update(caseId).digest("hex").slice(0, 16);
}
