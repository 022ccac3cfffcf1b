import type { Value } from "../wire/span.ts";
import type { SpanFacts, Tokens } from "../span/facts.ts";
import { byStart, leafCalls, outermostAgent, rootOf } from "./tree.ts";

/** What a call cost in USD by our prices, or by what its sender said; null where nobody knows. */
export type PriceOf = (call: SpanFacts) => number | null;

/** A trace without its spans. */
export interface TraceSummary {
  id: string;
  name: string;
  /** What the agent calls itself. */
  agent: string | null;
  /** What it says that it serves; whoever has a registry may know it by its name. */
  target: string | null;
  version: string | null;
  environment: string | null;
  task: string | null;
  user: string | null;
  session: string | null;
  startedMs: number;
  durationMs: number;
  spans: number;
  modelCalls: number;
  toolCalls: number;
  tokens: Tokens;
  /** Of the calls that have a price; null where none has. */
  costUsd: number | null;
  unpricedCalls: number;
  isError: boolean;
  errorCategory: string | null;
  success: boolean | null;
  /** What said so. */
  successBy: "attribute" | "status" | null;
  state: State | null;
  /** Its root has ended and is here: whatever comes later is a part of it. */
  isComplete: boolean;
  notUnderstood: number;
  models: string[];
  tools: string[];
  /** The span that the task is, by which its outcome is known: the outermost agent, else a root in which somebody is said to serve; null where it is not here. */
  taskSpan: string | null;
}

/** How a task can end. */
export const STATES = ["done", "failed", "handed-over", "abandoned", "expired"] as const;
type State = (typeof STATES)[number];

/**
 * Sums up a trace, all of its spans at once and in any order. Tokens and costs are those of the calls at the leaves: frameworks report a call
 * again on each span around it, and an agent's span has the sum.
 */
export function summaryOf(id: string, arrived: readonly SpanFacts[], priceOf: PriceOf): TraceSummary {
  // Which value is the first, and the last digit of a sum, must not hang on which batch came before which.
  const spans = arrived.toSorted(byStart);
  const root = rootOf(spans);
  const agent = outermostAgent(spans);
  const calls = leafCalls(spans);
  const tools = spans.filter(({ kind }) => kind === "tool");
  const costs = calls.map(priceOf);
  const known = costs.filter((cost) => cost !== null);
  const first = (read: (span: SpanFacts) => string | undefined) => (agent === null ? undefined : read(agent)) ?? read(root) ?? spans.map(read).find((value) => value !== undefined) ?? null; // prettier-ignore
  const isComplete = root.parent === null;
  const [name, target] = [first((span) => span.agent), first((span) => span.target)];
  const task = agent ?? (isComplete && (name ?? target) !== null ? root : null);
  const failed = failureOf(spans, task ?? root);
  const [start, end] = ends(spans);
  return {
    id,
    name: root.name,
    agent: name,
    target,
    version: first(({ version }) => version),
    environment: first(({ environment }) => environment),
    task: first((span) => span.task),
    user: first(({ user }) => user),
    session: first(({ session }) => session),
    startedMs: Number(start) / 1e6,
    durationMs: Number(end - start) / 1e6,
    spans: spans.length,
    modelCalls: calls.length,
    toolCalls: tools.length,
    tokens: sumOf(calls),
    costUsd: known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0),
    unpricedCalls: costs.length - known.length,
    isError: failed !== undefined,
    errorCategory: failed?.error?.category ?? null,
    ...outcomeOf(task),
    isComplete,
    notUnderstood: spans.reduce((sum, span) => sum + (span.notUnderstood ?? 0), 0),
    models: distinct(calls.map((call) => call.modelAnswered ?? call.modelAsked)),
    tools: distinct(tools.map(({ tool, name }) => tool ?? name)),
    taskSpan: task?.id ?? null,
  };
}

/** Subtracted before they are rounded: a number of nanoseconds since 1970 loses 256 of them. */
function ends(spans: readonly SpanFacts[]): [start: bigint, end: bigint] {
  let [start, end] = [BigInt(spans[0]?.startNano ?? 0), BigInt(spans[0]?.endNano ?? 0)];
  for (const span of spans) {
    const [from, to] = [BigInt(span.startNano), BigInt(span.endNano)];
    if (from < start) start = from;
    if (to > end) end = to;
  }
  return [start, end];
}

/** The task failed where its own span did; else it went wrong somewhere on the way, and that is said as well. */
function failureOf(spans: readonly SpanFacts[], task: SpanFacts): SpanFacts | undefined {
  const failed = spans.filter(({ error }) => error !== undefined);
  // What failed first is why; a span around it says that something did.
  const around = new Set(failed.map(({ parent }) => parent));
  return failed.find(({ id }) => !around.has(id)) ?? (task.error === undefined ? undefined : task);
}

function outcomeOf(task: SpanFacts | null): Pick<TraceSummary, "success" | "successBy" | "state"> {
  if (task === null) return { success: null, successBy: null, state: null };
  const said = STATES.find((state) => state === task.state);
  if (task.success !== undefined) return { success: task.success, successBy: "attribute", state: said ?? (task.status === "error" ? "failed" : "done") }; // prettier-ignore
  if (task.status === "error") return { success: false, successBy: "status", state: said ?? "failed" };
  return { success: null, successBy: null, state: said ?? "done" };
}

function sumOf(calls: readonly SpanFacts[]): Tokens {
  const sum: Tokens = { input: 0, output: 0, cached: 0, cacheWrite: 0, reasoning: 0 };
  for (const { tokens } of calls)
    for (const kind of Object.keys(sum) as (keyof Tokens)[]) sum[kind] += tokens?.[kind] ?? 0;
  return sum;
}

function distinct(values: readonly (Value | undefined)[]): string[] {
  return [...new Set(values.filter((value) => typeof value === "string"))].sort();
}
