import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { makeFolder } from "../../core/folder.ts";
import type { Redact } from "../../core/redact.ts";
import type { ModelClient } from "../client/client.ts";
import { recordingKey } from "./request-key.ts";
import { readRecordings } from "./file.ts";
import type { Recording } from "./recording.ts";

const NEWLINE = 0x0a;

export interface RecordOptions {
  redact: Redact;
  clock: Clock;
}

/**
 * A client that also appends every answer to a file, redacted, once a key. One write a line, so a kill leaves at most
 * a torn last line, which the next recording closes off. A failed write fails the call: a recording that misses
 * answers would only show later.
 */
export async function withRecording(client: ModelClient, file: string, options: RecordOptions): Promise<ModelClient> {
  const known = new Set<string>();
  for await (const { key } of readRecordings(file)) known.add(key);
  makeFolder(dirname(file));
  const fd = openWhole(file);
  return {
    ...client,
    generate: async (request, context) => {
      const result = await client.generate(request, context);
      const key = recordingKey(client.pin, request, context.trial);
      if (known.has(key)) return result;
      known.add(key);
      const recordedAt = options.clock.now().toISOString();
      const { caseId, trial } = context;
      const recording: Recording = { key, pin: client.pin, case: caseId, trial, request, result, recordedAt };
      writeSync(fd, `${JSON.stringify(redactStrings(recording, options.redact))}\n`);
      return result;
    },
    close: async () => {
      closeSync(fd);
      await client.close();
    },
  };
}

/** Opens for appending; a last line without its end is finished when whole, dropped when torn. */
function openWhole(file: string): number {
  const fd = openSync(file, "a+");
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  if (size === 0 || readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === NEWLINE) return fd;
  const bytes = readFileSync(file);
  const start = bytes.lastIndexOf(NEWLINE) + 1;
  if (isJson(bytes.toString("utf8", start))) writeSync(fd, "\n");
  else ftruncateSync(fd, start);
  return fd;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A JSON value with every string in it (keys too) redacted; done before JSON escapes could hide a secret. */
function redactStrings<T>(value: T, redact: Redact): T {
  return walk(value, redact) as T;
}

function walk(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), walk(item, redact)]));
}
