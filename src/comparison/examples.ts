import type { RunColumns } from "./pairs/run-columns.ts";
import { caseOutcome, type TrialOutcome } from "../evals/result/outcomes.ts";
import type { RunStore } from "../state/runs.ts";
import type { ComparedRuns } from "./compare.ts";
import type { Example } from "./schema.ts";

/** Characters of an output, input or expectation an example carries. */
const SHOWN = 4000;

/** The worst regressions and the best improvements with what both sides answered; at most `limit` of each. */
export function examplesOf(store: RunStore, compared: ComparedRuns, limit: number): Example[] {
  const { regressions, improvements } = compared.comparison;
  return [
    ...regressions.slice(0, limit).map((id) => example(store, compared, id, "regression")),
    ...improvements.slice(0, limit).map((id) => example(store, compared, id, "improvement")),
  ];
}

function example(
  store: RunStore,
  { control, candidate, comparison }: ComparedRuns,
  id: string,
  change: Example["change"],
): Example {
  const before = outcomeIn(store, control, id);
  const after = outcomeIn(store, candidate, id);
  const { vars, expected } = after.case;
  const order = comparison.scorers.map(({ name }) => name);
  return {
    case: id,
    change,
    input: clipped(vars),
    expected: expected === undefined ? null : clipped(expected),
    control: side(before.trials, change === "regression", order),
    candidate: side(after.trials, change === "improvement", order),
  };
}

function outcomeIn(store: RunStore, arm: RunColumns, id: string) {
  return caseOutcome(store, arm.run, arm.rows.get(id) as number);
}

/** Of several trials the one that shows the change: a success on the better side, a failure on the worse. */
function side(trials: readonly TrialOutcome[], better: boolean, order: readonly string[]): Example["control"] {
  const scored = trials.filter((t) => t.verdict !== "error");
  const shown = scored.find((t) => (t.verdict === "pass") === better) ?? scored[0];
  return {
    passed: scored.filter((t) => t.verdict === "pass").length,
    trials: scored.length,
    shown: {
      passed: shown === undefined ? null : shown.verdict === "pass",
      output: shown === undefined ? "" : clipped(answerOf(shown)),
      reasons: reasonsOf(shown?.scores ?? [], order),
    },
  };
}

/** What failed and why: what made the trial fail first, then in the order that explains the change. */
function reasonsOf(scores: TrialOutcome["scores"], order: readonly string[]): string[] {
  return scores
    .filter((s) => !s.pass)
    .sort((a, b) => Number(b.required) - Number(a.required) || order.indexOf(a.name) - order.indexOf(b.name))
    .map((s) => `${s.name}: ${s.reason}`);
}

/** What was answered: the text, and the tools that were called, one a line. */
function answerOf({ output, toolCalls }: TrialOutcome): unknown {
  if (toolCalls.length === 0) return output ?? "";
  const text = output === null || output === "" ? [] : [typeof output === "string" ? output : JSON.stringify(output)];
  return [...text, ...toolCalls.map(callText)].join("\n");
}

function callText(call: unknown): string {
  const { name, arguments: args } = call as { name?: string; arguments?: unknown };
  return `${name ?? "call"}(${JSON.stringify(args ?? call)})`;
}

function clipped(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length - SHOWN} more characters)`;
}
