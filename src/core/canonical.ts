import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** RFC 8785 (JCS) form of a JSON value: equal values give equal text whatever their key order. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/** `sha256:<hex>` over the canonical form of a JSON value. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(value))}`;
}

/** SHA-256 of a text, in hex; a third of what an incremental one takes. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}
