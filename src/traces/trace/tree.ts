import type { SpanFacts } from "../span/facts.ts";

/** Spans below each span, in the order they began; `null` has those whose parent is not here. */
export function childrenOf(spans: readonly SpanFacts[]): Map<string | null, SpanFacts[]> {
  const ids = new Set(spans.map(({ id }) => id));
  const children = new Map<string | null, SpanFacts[]>();
  for (const span of spans.toSorted(byStart)) {
    const parent = span.parent !== null && ids.has(span.parent) && span.parent !== span.id ? span.parent : null;
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [span]);
    else list.push(span);
  }
  return children;
}

/** Digits of equal length compare as text does; a time before 2001 or after 2286 is shorter or longer. */
export function byStart(a: SpanFacts, b: SpanFacts): number {
  return a.startNano.length - b.startNano.length || (a.startNano < b.startNano ? -1 : a.startNano > b.startNano ? 1 : a.id < b.id ? -1 : 1); // prettier-ignore
}

/** The span that has no parent, else the first whose parent is elsewhere or has not come. */
export function rootOf(spans: readonly SpanFacts[]): SpanFacts {
  const sorted = spans.toSorted(byStart);
  const ids = new Set(sorted.map(({ id }) => id));
  const root = sorted.find(({ parent }) => parent === null) ?? sorted.find(({ parent }) => !ids.has(parent as string)) ?? sorted[0]; // prettier-ignore
  if (root === undefined) throw new Error("a trace has a span");
  return root;
}

/** The agent that no agent is around: what it was asked to do is the task. */
export function outermostAgent(spans: readonly SpanFacts[]): SpanFacts | null {
  const agents = spans.filter(({ kind }) => kind === "agent").sort(byStart);
  if (agents.length === 0) return null;
  const byId = new Map(spans.map((span) => [span.id, span]));
  const isInner = (agent: SpanFacts) => above(agent, byId).some(({ kind }) => kind === "agent");
  return agents.find((agent) => !isInner(agent)) ?? agents[0] ?? null;
}

/** The spans around one, the nearest first; a circle of parents ends where it began. */
function above(span: SpanFacts, byId: ReadonlyMap<string, SpanFacts>): SpanFacts[] {
  const found: SpanFacts[] = [];
  const seen = new Set([span.id]);
  for (let next = parentIn(span, byId); next !== undefined && !seen.has(next.id); next = parentIn(next, byId)) {
    seen.add(next.id);
    found.push(next);
  }
  return found;
}

function parentIn(span: SpanFacts, byId: ReadonlyMap<string, SpanFacts>): SpanFacts | undefined {
  return span.parent === null ? undefined : byId.get(span.parent);
}

/** Calls of models within which there is no other: each is one request. Of calls in a circle of parents the first counts. */
export function leafCalls(spans: readonly SpanFacts[]): SpanFacts[] {
  const calls = spans.filter(({ kind }) => kind === "model");
  const byId = new Map(spans.map((span) => [span.id, span]));
  const around = new Set<string>();
  // What lies above a span that a walk has passed is known: each span is passed once, however deep they nest.
  const passed = new Set<string>();
  for (const call of calls.toSorted(byStart)) {
    if (around.has(call.id)) continue;
    for (let next = parentIn(call, byId); next !== undefined && next !== call; next = parentIn(next, byId)) {
      if (passed.has(next.id)) break;
      passed.add(next.id);
      if (next.kind === "model") around.add(next.id);
    }
  }
  return calls.filter(({ id }) => !around.has(id));
}

/** Each span after the one it is within; those in a circle of parents come last. */
export function parentsFirst(spans: readonly SpanFacts[]): SpanFacts[] {
  const children = childrenOf(spans);
  const ordered = [...(children.get(null) ?? [])];
  for (const span of ordered) for (const child of children.get(span.id) ?? []) ordered.push(child);
  const placed = new Set(ordered);
  return [...ordered, ...spans.filter((span) => !placed.has(span))];
}
