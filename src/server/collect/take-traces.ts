import type { IncomingMessage } from "node:http";
import type { WireBatch, WireSpan } from "../../traces/wire/span.ts";
import { acceptedBody, type Wire } from "./answer.ts";
import { readBody, unpacked } from "./body.ts";
import type { Collector } from "./collector.ts";
import { decode } from "./decode.ts";
import { isGzip } from "./headers.ts";
import type { Holding } from "./held-bytes.ts";
import { comeAgain } from "./refusal.ts";
import { isStoreTrouble, storeTroubleText } from "./store-trouble.ts";

/** Seconds after which a client may come again: a group is committed in less, a store needs longer to come back. */
const [WHEN_FULL, WHEN_BACK] = [1, 5];

/** Reads, decodes and commits a request; returns the body of its answer, once its spans survive a crash. Throws a Refusal, Gone. */
export async function takeTraces(
  request: IncomingMessage,
  wire: Wire,
  collector: Collector,
): Promise<Uint8Array | string> {
  const holding = collector.held.open();
  try {
    const { spans, rejected } = await arrived(request, { wire, holding }, collector);
    if (spans.length > 0) await committed(collector, spans);
    collector.counts.requests += 1;
    collector.counts.rejected += rejected.length;
    return acceptedBody(wire, rejected);
  } finally {
    holding.release();
  }
}

interface Asked {
  wire: Wire;
  holding: Holding;
}

async function arrived(request: IncomingMessage, { wire, holding }: Asked, collector: Collector): Promise<WireBatch> {
  const { limits, unpacking } = collector;
  const isPacked = isGzip(request.headers);
  refuseWhenFull(collector);
  collector.arriving += 1;
  try {
    const body = await readBody(request, limits[isPacked ? "packedBytes" : "unpackedBytes"], holding);
    refuseWhenFull(collector);
    return decode(isPacked ? await unpacking(() => unpacked(body, limits, holding)) : body, wire);
  } finally {
    collector.arriving -= 1;
  }
}

function refuseWhenFull({ waiting, limits, isStopping }: Collector): void {
  if (isStopping) throw comeAgain("unavailable", "the collector is being stopped", WHEN_FULL);
  if (waiting >= limits.waiting) throw comeAgain("full", "too many requests wait already", WHEN_FULL);
}

async function committed(collector: Collector, spans: readonly WireSpan[]): Promise<void> {
  collector.waiting += 1;
  try {
    await collector.commits.add(spans);
  } catch (error) {
    if (!isStoreTrouble(error)) throw error;
    throw comeAgain("unavailable", `nothing was stored: ${storeTroubleText(error)}`, WHEN_BACK);
  } finally {
    collector.waiting -= 1;
  }
}
