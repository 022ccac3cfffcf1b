import type { IncomingMessage } from "node:http";
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
  // prettier-ignore
  const isPacked = isGzip(request.headers);
  refuseWhenFull(collector);
  const holding = collector.held.open();
  try {
    const body = await readBody(request, collector.limits[isPacked ? "packedBytes" : "unpackedBytes"], holding);
    refuseWhenFull(collector);
    collector.waiting += 1;
    try {
      return await taken(body, { wire, isPacked, holding }, collector);
    } finally {
      collector.waiting -= 1;
    }
  } finally {
    holding.release();
  }
}

function refuseWhenFull({ waiting, limits, isStopping }: Collector): void {
  if (isStopping) throw comeAgain("unavailable", "the collector is being stopped", WHEN_FULL);
  if (waiting >= limits.waiting) throw comeAgain("full", "too many requests wait already", WHEN_FULL);
}

interface Asked {
  wire: Wire;
  isPacked: boolean;
  holding: Holding;
}

async function taken(body: Buffer, { wire, isPacked, holding }: Asked, collector: Collector) {
  const { limits, unpacking, counts } = collector;
  const bytes = isPacked ? await unpacking(() => unpacked(body, limits, holding)) : body;
  const { spans, rejected } = decode(bytes, wire);
  if (spans.length > 0) await committed(collector, spans);
  counts.requests += 1;
  counts.rejected += rejected.length;
  return acceptedBody(wire, rejected);
}

async function committed({ commits }: Collector, spans: Parameters<typeof commits.add>[0]): Promise<void> {
  try {
    await commits.add(spans);
  } catch (error) {
    if (!isStoreTrouble(error)) throw error;
    throw comeAgain("unavailable", `nothing was stored: ${storeTroubleText(error)}`, WHEN_BACK);
  }
}
