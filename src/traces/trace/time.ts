import type { SpanFacts } from "../span/facts.ts";
import type { SpanKind } from "../span/kinds.ts";
import { childrenOf, parentsFirst } from "./tree.ts";

/** Where the time of a trace went, in milliseconds; together they are its duration. */
export interface TimeSplit {
  model: number;
  tool: number;
  human: number;
  queue: number;
  /** The program's own, and what nobody recorded. */
  own: number;
}

const OF: Partial<Record<SpanKind, keyof TimeSplit>> = { model: "model", tool: "tool", retrieval: "tool", human: "human", queue: "queue" }; // prettier-ignore

interface Edge {
  at: number;
  span: SpanFacts;
  isStart: boolean;
}

/**
 * Each moment belongs to the innermost spans that are under way then, in equal parts where several are at once: two tools that run together for a
 * second are a second of tools, not two. A request within a model's call is the model's time; the program's own is what passes while nothing
 * else is waited for, for its loops and queues are under way all the time.
 */
export function timeSplit(spans: readonly SpanFacts[]): TimeSplit {
  const split: TimeSplit = { model: 0, tool: 0, human: 0, queue: 0, own: 0 };
  const zero = spans.reduce((least, { startNano }) => (BigInt(startNano) < least ? BigInt(startNano) : least), BigInt(spans[0]?.startNano ?? 0)); // prettier-ignore
  const at = (nano: string) => Number(BigInt(nano) - zero) / 1e6;
  const edges = parentsFirst(spans).flatMap((span): Edge[] => [{ at: at(span.startNano), span, isStart: true }, { at: at(span.endNano), span, isStart: false }]); // prettier-ignore
  // What ends at a moment ends before what begins there; of what begins together the outer one does first.
  edges.sort((a, b) => a.at - b.at || Number(a.isStart) - Number(b.isStart));
  const inner = new Innermost();
  let last = 0;
  for (const edge of edges) {
    const lasted = edge.at - last;
    if (lasted > 0) inner.share(lasted, split);
    last = edge.at;
    if (edge.isStart) inner.begin(edge.span);
    else inner.end(edge.span);
  }
  return split;
}

interface Open {
  span: SpanFacts;
  part: keyof TimeSplit;
  /** How many spans that began within it are under way. */
  within: number;
  /** The one it began within; a clock that is behind makes a child begin before its parent, and then it is in none. */
  around: Open | undefined;
}

/** Spans under way, and how many of each kind have none within them that is under way too. */
class Innermost {
  readonly #open = new Map<string, Open>();
  readonly #counts = new Map<keyof TimeSplit, number>();

  begin(span: SpanFacts): void {
    // Of no duration, it ended before it began: it takes no time.
    if (span.startNano === span.endNano) return;
    const parent = span.parent === null ? undefined : this.#open.get(span.parent);
    if (parent !== undefined && parent.within++ === 0) this.#count(parent.part, -1);
    const part = OF[span.kind] ?? (span.kind === "agent" ? "own" : (parent?.part ?? "own"));
    this.#open.set(span.id, { span, part, within: 0, around: parent });
    this.#count(part, 1);
  }

  end(span: SpanFacts): void {
    const open = this.#open.get(span.id);
    if (open === undefined) return;
    this.#open.delete(span.id);
    if (open.within === 0) this.#count(open.part, -1);
    const { around } = open;
    if (around === undefined) return;
    around.within -= 1;
    if (around.within === 0 && this.#open.get(around.span.id) === around) this.#count(around.part, 1);
  }

  share(ms: number, split: TimeSplit): void {
    const waitedFor = [...this.#counts].filter(([part]) => part !== "own");
    const all = waitedFor.reduce((sum, [, count]) => sum + count, 0);
    if (all === 0) split.own += ms;
    for (const [part, count] of waitedFor) split[part] += (ms * count) / all;
  }

  #count(part: keyof TimeSplit, by: 1 | -1): void {
    const count = (this.#counts.get(part) ?? 0) + by;
    if (count === 0) this.#counts.delete(part);
    else this.#counts.set(part, count);
  }
}

/** The spans that a trace had to wait for, from its root to the last that ended before each ended: a shorter one of these makes it shorter. */
export function criticalPath(spans: readonly SpanFacts[], root: SpanFacts): Set<string> {
  const children = childrenOf(spans);
  const path = new Set<string>();
  const waiting: SpanFacts[] = [root];
  for (let span = waiting.pop(); span !== undefined; span = waiting.pop()) {
    if (path.has(span.id)) continue;
    path.add(span.id);
    let until = BigInt(span.endNano);
    for (const child of (children.get(span.id) ?? []).toSorted((a, b) => Number(BigInt(b.endNano) - BigInt(a.endNano)))) {
      if (BigInt(child.endNano) > until) continue;
      waiting.push(child);
      until = BigInt(child.startNano);
    }
  }
  return path;
} // prettier-ignore

/** A span and those around it. */
export function pathTo(spans: readonly SpanFacts[], id: string | undefined): Set<string> {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const path = new Set<string>();
  for (let span = byId.get(id ?? ""); span !== undefined && !path.has(span.id); span = byId.get(span.parent ?? ""))
    path.add(span.id);
  return path;
}
