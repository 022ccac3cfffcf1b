import { z } from "zod";
import { PII_KINDS, type PiiKind } from "./text/finding.ts";

/** What may be asked to be redacted; `pii` is every kind of it. Secrets are, whether asked for or not. */
export const redactKindSchema = z.enum(["secrets", ...PII_KINDS, "pii"]);
export type RedactKind = z.infer<typeof redactKindSchema>;

/** The kinds of personal data that a list asks for. */
export function piiKindsOf(asked: readonly RedactKind[]): PiiKind[] {
  return PII_KINDS.filter((kind) => asked.includes("pii") || asked.includes(kind));
}
