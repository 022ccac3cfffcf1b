/** What one collector takes upon itself; beyond it a client is told to come again, or that this can never be taken. */
export interface CollectLimits {
  /** Bytes of a body as it comes. */
  packedBytes: number;
  /** Bytes of a body once it is unpacked. */
  unpackedBytes: number;
  /** Bytes of all bodies that are here: still coming, and waiting for their commit. */
  heldBytes: number;
  /** Requests that are whole and wait for their commit. */
  waiting: number;
  /** Clients that are connected at once. */
  connections: number;
  /** Requests of one transaction, and its spans; one request alone may have more. */
  group: { requests: number; spans: number };
  /** Milliseconds that a client may take for its headers, for all of its request, and from one request to the next. */
  headersMs: number;
  requestMs: number;
  idleMs: number;
  /** Milliseconds that what is under way may take after the stop. */
  stopMs: number;
}

const MB = 2 ** 20;

export const COLLECT_LIMITS: CollectLimits = {
  packedBytes: 16 * MB,
  unpackedBytes: 64 * MB,
  // Two of the largest; objects made of JSON take some five times its bytes.
  heldBytes: 128 * MB,
  waiting: 512,
  connections: 1024,
  group: { requests: 16, spans: 8192 },
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  stopMs: 10_000,
};
