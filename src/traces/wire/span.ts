/** What an attribute of OTLP may hold; bytes as base64. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Attributes = Record<string, Value>;

/**
 * A span as it came, in the words of its sender: nothing is added, nothing left out, so that exporting it gives what was imported.
 * Times are nanoseconds since 1970 as decimal text: a number loses 256 of them, and text costs nothing to store or compare.
 */
export interface WireSpan {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  /** null of a root. */
  parentSpanId: string | null;
  name: string;
  kind: WireKind;
  startNano: string;
  /** Not before the start. */
  endNano: string;
  attributes: Attributes;
  events: WireEvent[];
  links: WireLink[];
  status: { code: "unset" | "ok" | "error"; message?: string };
  traceState?: string;
  /** Shared by the spans of one process. */
  resource: Attributes;
  scope: WireScope;
}

/** SpanKind of OTLP in words, by its number. */
export const WIRE_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type WireKind = (typeof WIRE_KINDS)[number];

export interface WireEvent {
  name: string;
  atNano: string;
  attributes: Attributes;
}

export interface WireLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export interface WireScope {
  name: string;
  version?: string;
  attributes?: Attributes;
}

/** What was read of a file or a request. */
export interface WireBatch {
  spans: WireSpan[];
  /** Of what was left out: why, in a few words; one each. */
  rejected: string[];
}
