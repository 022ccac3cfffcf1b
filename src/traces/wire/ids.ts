import { Unreadable } from "./unreadable.ts";

const [TRACE_BYTES, SPAN_BYTES] = [16, 8];

export function traceIdOf(value: unknown): string {
  const id = idOf(value, TRACE_BYTES, "trace id");
  if (id === null) throw new Unreadable("no trace id, or one of zeros");
  return id;
}

export function spanIdOf(value: unknown): string {
  const id = idOf(value, SPAN_BYTES, "span id");
  if (id === null) throw new Unreadable("no span id, or one of zeros");
  return id;
}

/** null of a root: some senders say nothing there, some an empty text, some zeros. */
export function parentIdOf(value: unknown): string | null {
  return idOf(value, SPAN_BYTES, "parent's id");
}

/** Hex as OTLP's JSON has it, base64 as protobuf's JSON has it, or bytes: which one it is, the length tells. */
function idOf(value: unknown, bytes: number, what: string): string | null {
  if (value === undefined || value === null || isEmpty(value)) return null;
  const hex = value instanceof Uint8Array ? hexOf(value) : typeof value === "string" ? fromText(value, bytes) : "";
  if (hex.length !== 2 * bytes) throw new Unreadable(`the ${what} is not ${bytes} bytes of hex or base64`);
  return /^0+$/.test(hex) ? null : hex;
}

/** An empty text, no bytes, or the empty list that protobufjs has for bytes that were not sent. */
function isEmpty(value: unknown): boolean {
  return value === "" || ((value instanceof Uint8Array || Array.isArray(value)) && value.length === 0);
}

function fromText(text: string, bytes: number): string {
  if (text.length === 2 * bytes && /^[0-9a-fA-F]+$/.test(text)) return text.toLowerCase();
  return /^[A-Za-z0-9+/_-]{1,24}={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("hex") : "";
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
