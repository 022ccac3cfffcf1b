import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { SpanFacts } from "../span/facts.ts";
import type { Attributes, WireScope, WireSpan } from "../wire/span.ts";

/** Spans of one trace that came together, as they are stored. */
export interface Block {
  spans: number;
  facts: Uint8Array;
  bodies: Uint8Array;
}

/** A span whose resource and scope are named by their place in the block's own lists. */
type Packed = Omit<WireSpan, "resource" | "scope" | "traceId"> & { resource: number; scope: number };

interface Bodies {
  resources: Attributes[];
  scopes: WireScope[];
  spans: Packed[];
}

/** The fastest that finds repeats: a level more costs as much again, for a twentieth of the bytes. */
const LEVEL = { level: 1 };

export function blockOf(spans: readonly WireSpan[], facts: readonly SpanFacts[]): Block {
  const resources = new Places<Attributes>();
  const scopes = new Places<WireScope>();
  // Every span of the block has the id of its trace; text leaves out what is undefined.
  const packed = spans.map((span) => ({
    ...span,
    traceId: undefined,
    resource: resources.placeOf(span.resource),
    scope: scopes.placeOf(span.scope),
  }));
  const bodies: Bodies = { resources: resources.all, scopes: scopes.all, spans: packed };
  return { spans: spans.length, facts: packedText(facts), bodies: packedText(bodies) };
}

export function factsIn(bytes: Uint8Array): SpanFacts[] {
  return JSON.parse(text(bytes)) as SpanFacts[];
}

/** The spans as they came. */
export function spansIn(traceId: string, bytes: Uint8Array): WireSpan[] {
  const { resources, scopes, spans } = JSON.parse(text(bytes)) as Bodies;
  return spans.map((span) => ({
    ...span,
    traceId,
    resource: resources[span.resource] ?? {},
    scope: scopes[span.scope] ?? { name: "" },
  }));
}

function packedText(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value), LEVEL);
}

function text(bytes: Uint8Array): string {
  return inflateRawSync(bytes).toString();
}

/** A list in which each object stands once: readers share them, so most are found by themselves. */
class Places<T extends object> {
  readonly all: T[] = [];
  readonly #known = new Map<T, number>();
  readonly #byText = new Map<string, number>();

  placeOf(item: T): number {
    const known = this.#known.get(item);
    if (known !== undefined) return known;
    const text = JSON.stringify(item);
    const place = this.#byText.get(text) ?? this.all.push(item) - 1;
    this.#byText.set(text, place);
    this.#known.set(item, place);
    return place;
  }
}
