import type { REDACT_KINDS } from "../core/traces.schema.ts";
import { PII_KINDS, type PiiKind } from "./text/finding.ts";

/** What may be asked to be redacted; `pii` is every kind of it. Secrets are, whether asked for or not. */
export type RedactKind = (typeof REDACT_KINDS)[number];

/** The kinds of personal data that a list asks for. */
export function piiKindsOf(asked: readonly RedactKind[]): PiiKind[] {
  return PII_KINDS.filter((kind) => asked.includes("pii") || asked.includes(kind));
}
