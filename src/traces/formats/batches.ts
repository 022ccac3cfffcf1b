import { type Line, linesOf } from "../../core/utf8.ts";
import { parseExactJson } from "../wire/exact-json.ts";
import type { WireBatch } from "../wire/span.ts";
import { type JsonReader, recognise } from "./recognise.ts";

/** So many spans at once: what a transaction takes in a few milliseconds, and what a person does not see in memory. */
const BATCH_SPANS = 1000;

/** Lines of JSON, read as they are asked for; the first is parsed already. What is no JSON, or no trace, is left out with its number. */
export async function* lineBatches(
  pieces: AsyncIterable<Uint8Array>,
  first: unknown,
  reader: JsonReader,
): AsyncGenerator<WireBatch> {
  let [batch, isFirst] = [empty(), true];
  for await (const lines of linesOf(pieces)) {
    for (const line of lines) {
      const read = isFirst ? reader.read(first) : readLine(line, reader);
      isFirst = false;
      for (const reason of read.rejected) batch.rejected.push(`line ${line.line}: ${reason}`);
      batch.spans.push(...read.spans.splice(0, BATCH_SPANS - batch.spans.length));
      if (read.spans.length === 0 && batch.rejected.length < BATCH_SPANS && batch.spans.length < BATCH_SPANS) continue;
      yield batch;
      batch = empty();
      while (read.spans.length > 0) yield { spans: read.spans.splice(0, BATCH_SPANS), rejected: [] };
    }
  }
  if (batch.spans.length > 0 || batch.rejected.length > 0) yield batch;
}

/** The spans of a document that was read whole. */
export async function* inBatches({ spans, rejected }: WireBatch): AsyncGenerator<WireBatch> {
  for (let at = 0; at === 0 || at < spans.length; at += BATCH_SPANS)
    yield await Promise.resolve({ spans: spans.slice(at, at + BATCH_SPANS), rejected: at === 0 ? rejected : [] });
}

function readLine({ text, bad }: Line, before: JsonReader): WireBatch {
  if (bad !== undefined) return { spans: [], rejected: [bad.message] };
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return { spans: [], rejected: ["not JSON, or no object"] };
  const reader = before.fits(value) ? before : recognise(value);
  return reader?.read(value) ?? { spans: [], rejected: ["no trace that is understood"] };
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

function empty(): WireBatch {
  return { spans: [], rejected: [] };
}
