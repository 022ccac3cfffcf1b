import type { Problem } from "../../../core/problems.ts";
import type { Tool } from "../../agent.schema.ts";
import { type LintFile, problemAt } from "../file.ts";
import { openArguments } from "./open-arguments.ts";

/**
 * What changes something outside must be bounded before it runs, and be able to fail and to be undone. unbounded-arguments,
 * missing-contract, missing-compensation: of tools with `sideEffects: true`, and of those that leave it out and say what only such a tool needs.
 */
export function sideEffects(file: LintFile): Problem[] {
  return (file.agent?.tools ?? []).flatMap((tool, i) => {
    const acts = whyItActs(tool);
    return acts === undefined ? [] : ofTool(file, tool, i, acts);
  });
}

/** Why a tool is taken to change something; undefined for one that is not. */
function whyItActs({ name, sideEffects, risk, approval, compensate }: Tool): string | undefined {
  if (sideEffects === true) return `${name} has side effects`;
  if (sideEffects === false) return undefined;
  const sign = [
    ...(risk === "high" ? ["risk: high"] : []),
    ...(approval === undefined ? [] : ["approval"]),
    ...(typeof compensate === "string" ? ["compensate"] : []),
  ][0];
  return sign === undefined
    ? undefined
    : `${name} looks as if it had side effects (${sign}, and no sideEffects: false)`;
}

function ofTool(file: LintFile, tool: Tool, i: number, acts: string): Problem[] {
  const warn = (rule: string, key: string, message: string, hint: string) =>
    problemAt(file, ["tools", i, key], { rule, severity: "warning", part: "key", message: `${acts}, and ${message}`, hint }); // prettier-ignore
  const open = openArguments(tool.inputSchema);
  const contract = contractLacks(tool);
  const undone = undoneBy(tool);
  return [
    ...(open.length === 0
      ? []
      : [warn("unbounded-arguments", "inputSchema", `does not bound ${open.join(", ")}: a bound holds whatever the model was talked into`, "bounds that a call must keep: minimum, maximum, maxLength, pattern, enum, maxItems, additionalProperties: false")]), // prettier-ignore
    ...(contract === undefined
      ? []
      : [warn("missing-contract", tool.contract === undefined ? "name" : "contract", contract, "contract: { timeoutMs: 5000, retries: 2, idempotencyKey: args.orderId }")]), // prettier-ignore
    ...(undone === undefined
      ? []
      : [warn("missing-compensation", tool.compensate === undefined ? "name" : "compensate", undone, 'compensate: TOOL, or compensate: { none: "why not" }')]), // prettier-ignore
  ];
}

function contractLacks({ contract }: Tool): string | undefined {
  if (contract?.timeoutMs === undefined)
    return contract?.retries === undefined
      ? "nothing says how long it may take nor how often it is tried: one day it hangs, and is tried twice"
      : "nothing says how long it may take: one day it hangs";
  const again = (contract.retries ?? 0) > 0 && contract.idempotencyKey === undefined;
  return again ? "is tried again without an idempotencyKey: what was slow is done twice" : undefined;
}

function undoneBy({ name, compensate }: Tool): string | undefined {
  if (compensate === undefined) return "nothing says what undoes it where a later step fails";
  return compensate === name ? "is said to undo itself" : undefined;
}
