import { AgentopsError } from "../../core/errors.ts";
import type { Db } from "../../state/store.ts";
import { cutsIn } from "../keep/cut.ts";
import type { ShownSpan, TraceDocument } from "../schema.ts";
import { contentsOf } from "../span/contents.ts";
import { factsOf, type SpanFacts } from "../span/facts.ts";
import { spansIn } from "../store/block.ts";
import { bodyBlocks, type TraceRow, tracesLike } from "../store/traces.store.ts";
import type { PriceOf } from "../trace/summary.ts";
import { criticalPath, pathTo, timeSplit } from "../trace/time.ts";
import { byStart, childrenOf, leafCalls, rootOf } from "../trace/tree.ts";
import type { WireSpan } from "../wire/span.ts";
import { listedOf } from "./listed.ts";

/** A stored trace, whole. */
export interface StoredTrace {
  row: TraceRow;
  spans: WireSpan[];
}

/** Finds a trace by its id or the beginning of it. Throws TRACE_NOT_FOUND, and REF_INVALID where several begin so. */
export async function findTrace(db: Db, id: string): Promise<StoredTrace> {
  const asked = id.toLowerCase();
  if (!/^[0-9a-f]{4,32}$/.test(asked)) throw new AgentopsError("REF_INVALID", `"${id}" is no id of a trace`, { hint: "4 to 32 hex digits, as agentops trace list shows them" }); // prettier-ignore
  const [row, other] = await tracesLike(db, asked);
  if (row === undefined) throw new AgentopsError("TRACE_NOT_FOUND", `no trace ${id}`, { hint: "agentops trace list" });
  if (other !== undefined) throw new AgentopsError("REF_INVALID", `several traces begin with ${id}`, { hint: `as ${row.id} and ${other.id}` }); // prettier-ignore
  const blocks = await bodyBlocks(db, row.seq);
  return { row, spans: blocks.flatMap((bytes) => spansIn(row.id, bytes)) };
}

/** All that is known of a trace: its tree, and what each step was given and gave. */
export function showTrace({ row, spans }: StoredTrace, priceOf: PriceOf): TraceDocument {
  const unknown = new Set<string>();
  const facts = spans.map((span) => factsOf(span, (key) => unknown.add(key)));
  const wire = new Map(spans.map((span) => [span.spanId, span]));
  const leaves = new Set(leafCalls(facts).map(({ id }) => id));
  const costs = new Map(facts.filter(({ id }) => leaves.has(id)).map((call) => [call.id, priceOf(call)]));
  const marks = marksOf(facts, costs);
  const zero = Math.min(...[facts.map(({ startNano }) => Number(startNano)).reduce((a, b) => Math.min(a, b))]);
  const { model, tool, human, queue, own } = timeSplit(facts);
  const shown = inTree(facts).map(({ span, depth }, i): ShownSpan => {
    const { given, gave } = exchanged(wire.get(span.id) as WireSpan, span);
    return {
      step: i + 1,
      ...{ id: span.id, parent: span.parent, depth, kind: span.kind, name: span.name, status: span.status },
      startMs: millis(Number(span.startNano) - zero),
      durationMs: millis(Number(BigInt(span.endNano) - BigInt(span.startNano))),
      ...modelPart(span, costs),
      tool: span.kind === "tool" || span.kind === "retrieval" ? { name: span.tool ?? span.name, callId: span.callId ?? null } : null, // prettier-ignore
      error: span.error ?? null,
      cut: Object.entries(cutsIn(wire.get(span.id) as WireSpan)).map(([key, cut]) => ({ key, ...cut })),
      marks: marks(span.id),
      ...{ given, gave },
    };
  });
  return {
    schema: "agentops.trace/1",
    ...listedOf(row),
    time: { modelMs: model, toolMs: tool, humanMs: human, queueMs: queue, ownMs: own },
    spans: shown,
    notUnderstood: { attributes: row.notUnderstood, keys: [...unknown].sort() },
  };
}

const millis = (nanos: number): number => Number((nanos / 1e6).toFixed(3));

function modelPart(
  span: SpanFacts,
  costs: ReadonlyMap<string, number | null>,
): Pick<ShownSpan, "model" | "tokens" | "costUsd"> {
  const { provider = null, modelAsked: asked = null, modelAnswered: answered = null } = span;
  return {
    model: asked === null && answered === null ? null : { provider, asked, answered },
    tokens: span.tokens ?? null,
    costUsd: costs.get(span.id) ?? null,
  };
}

function marksOf(
  facts: readonly SpanFacts[],
  costs: ReadonlyMap<string, number | null>,
): (id: string) => ShownSpan["marks"] {
  const critical = criticalPath(facts, rootOf(facts));
  const most = [...costs].reduce<[string, number] | undefined>((best, [id, cost]) => (cost !== null && cost > (best?.[1] ?? 0) ? [id, cost] : best), undefined); // prettier-ignore
  const costly = pathTo(facts, most?.[0]);
  const failed = facts.filter(({ error }) => error !== undefined).toSorted(byStart);
  const deepest = failed.find(({ id }) => !failed.some(({ parent }) => parent === id));
  const failing = pathTo(facts, deepest?.id);
  const has = { critical, costly, failing };
  return (id) => (["critical", "costly", "failing"] as const).filter((mark) => has[mark].has(id));
}

/** Parents before their children, in the order they began; a circle of parents is shown from the span that began first. */
function inTree(facts: readonly SpanFacts[]): { span: SpanFacts; depth: number }[] {
  const children = childrenOf(facts);
  const shown: { span: SpanFacts; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (roots: readonly SpanFacts[]) => {
    const waiting = roots.map((span) => ({ span, depth: 0 })).reverse();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next.span.id)) continue;
      seen.add(next.span.id);
      shown.push(next);
      const { depth } = next;
      waiting.push(...(children.get(next.span.id) ?? []).map((span) => ({ span, depth: depth + 1 })).reverse());
    }
  };
  visit(children.get(null) ?? []);
  for (const span of facts.toSorted(byStart)) if (!seen.has(span.id)) visit([span]);
  return shown;
}

function exchanged(span: WireSpan, { kind }: SpanFacts): { given: unknown; gave: unknown } {
  const { inputMessages, outputMessages, input, output } = contentsOf(span);
  if (kind === "tool" || kind === "retrieval") return { given: input, gave: output };
  return {
    given: inputMessages.length > 0 ? inputMessages : input,
    gave: outputMessages.length > 0 ? outputMessages : output,
  };
}
