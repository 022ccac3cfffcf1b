import type { Clock } from "../core/clock.ts";
import { observationSchema } from "../observations/schema.ts";
import type { Store, Tx } from "../state/store.ts";
import { factsOf, type SpanFacts } from "./span/facts.ts";
import { blockOf, factsIn } from "./store/block.ts";
import {
  addBlocks,
  addTraces,
  factsBlocks,
  replaceTraceRows,
  type TraceRow,
  TRACES,
  tracesById,
} from "./store/traces.store.ts";
import { newRow } from "./store/rows.ts";
import { type PriceOf, summaryOf, type TraceSummary } from "./trace/summary.ts";
import type { WireSpan } from "./wire/span.ts";

export interface ReceiveOptions {
  store: Store;
  clock: Clock;
  priceOf: PriceOf;
  /** `agents/NAME` of an agent that calls itself so; null where none here does. */
  targetOf: (agent: string) => string | null;
  /** What is kept of a span: nothing of it is stored, or read for what it says, before. */
  keep: (span: WireSpan) => WireSpan;
  /** Attributes that no line of the table knows, by key: told as they are read. */
  onUnknown?: (key: string) => void;
}

/** What became of the spans of one batch. */
export interface Received {
  /** Traces that some span was added to. */
  traces: string[];
  spans: number;
  /** The store had them already. */
  repeated: number;
  /** Attributes that nobody knows the meaning of. */
  notUnderstood: number;
}

/** A span with what is known of it. */
interface Arrived {
  span: WireSpan;
  facts: SpanFacts;
}

/**
 * Stores spans, all of them or none, and sums up each trace anew: when this returns they survive a crash. Spans that are there stay as they
 * are, so repeats are harmless; a trace may come in any order, in any number of parts, by several writers at once. Throws STORE_FAILED.
 */
export async function receive(spans: readonly WireSpan[], options: ReceiveOptions): Promise<Received> {
  const byTrace = new Map<string, Map<string, Arrived>>();
  for (const given of spans) {
    const span = options.keep(given);
    const trace = byTrace.get(span.traceId) ?? new Map<string, Arrived>();
    byTrace.set(span.traceId, trace);
    if (!trace.has(span.spanId)) trace.set(span.spanId, { span, facts: factsOf(span, options.onUnknown) });
  }
  const twice = spans.length - [...byTrace.values()].reduce((sum, trace) => sum + trace.size, 0);
  const done = await options.store.inTransaction((tx) => add(tx, byTrace, options), { locks: [TRACES], lockedAlone: true }); // prettier-ignore
  return { ...done, repeated: done.repeated + twice };
}

type Arrivals = ReadonlyMap<string, ReadonlyMap<string, Arrived>>;

async function add(tx: Tx, arrivals: Arrivals, { clock, priceOf, targetOf }: ReceiveOptions): Promise<Received> {
  const received: Received = { traces: [], spans: 0, repeated: 0, notUnderstood: 0 };
  const known = await tracesById(tx, [...arrivals.keys()]);
  const before = await factsOfTraces(tx, [...known.values()].map(({ seq }) => seq)); // prettier-ignore
  const receivedMs = clock.now().getTime();
  const fresh: Change[] = [];
  const grown: Change[] = [];
  for (const [id, arrived] of arrivals) {
    const row = known.get(id);
    const there = row === undefined ? [] : (before.get(row.seq) ?? []);
    const ids = new Set(there.map((facts) => facts.id));
    const added = [...arrived.values()].filter(({ span }) => !ids.has(span.spanId));
    received.repeated += arrived.size - added.length;
    if (added.length === 0) continue;
    received.traces.push(id);
    received.spans += added.length;
    received.notUnderstood += added.reduce((sum, { facts }) => sum + (facts.notUnderstood ?? 0), 0);
    const said = summaryOf(id, [...there, ...added.map(({ facts }) => facts)], priceOf);
    const summary = { ...said, target: targetIn(said, targetOf) };
    (row === undefined ? fresh : grown).push({ row, summary, added });
  }
  const numbers = await addTraces(tx, fresh.map(({ summary }) => newRow(summary, receivedMs))); // prettier-ignore
  await replaceTraceRows(tx, grown.map(({ row, summary }) => ({ ...newRow(summary, receivedMs, row), seq: (row as TraceRow).seq }))); // prettier-ignore
  const changes = [...fresh.map((change, i) => ({ ...change, seq: numbers[i] as number })), ...grown.map((change) => ({ ...change, seq: (change.row as TraceRow).seq }))]; // prettier-ignore
  await addBlocks(tx, changes.map(({ seq, added }) => ({ trace: seq, ...blockOf(added.map(({ span }) => span), added.map(({ facts }) => facts)) }))); // prettier-ignore
  return received;
}

/** What a stranger wrote names an artifact or nothing: an outcome of anything else could never be recorded. */
function targetIn({ target, agent }: TraceSummary, targetOf: ReceiveOptions["targetOf"]): string | null {
  const isOne = (name: string | null) => name !== null && observationSchema.shape.target.safeParse(name).success;
  if (isOne(target)) return target;
  const known = agent === null || !isOne(`agents/${agent}`) ? null : targetOf(agent);
  return isOne(known) ? known : null;
}

interface Change {
  row: TraceRow | undefined;
  summary: TraceSummary;
  added: readonly Arrived[];
}

async function factsOfTraces(tx: Tx, traces: readonly number[]): Promise<Map<number, SpanFacts[]>> {
  const found = new Map<number, SpanFacts[]>();
  for (const { trace, facts } of await factsBlocks(tx, traces))
    found.set(trace, [...(found.get(trace) ?? []), ...factsIn(facts)]);
  return found;
}
