import { z } from "zod";
import { SIZE_PATTERN, sizeBytes } from "./size.ts";

/** What a project may want taken out of what it stores. */
export const REDACT_KINDS = ["secrets", "card", "iban", "email", "phone", "ip", "ssn", "pii"] as const;

/** `traces:` of the config: what is kept of what agents do. By default everything, in full, but for secrets. */
export const tracesConfigSchema = z.strictObject({
  redact: z
    .array(z.enum(REDACT_KINDS))
    .optional()
    .describe("what is taken out before it is stored; pii: every kind of it with a form. Secrets always are (default [secrets])"),
  bodyLimit: z
    .string()
    .regex(SIZE_PATTERN, "a size is a number and B, KiB, MiB or GiB: 1MiB")
    .refine((text) => (sizeBytes(text) ?? 0) >= 64, "a body's limit is at least 64B")
    .optional()
    .describe("of a longer text of a span the beginning is kept, with its length and digest (default: all of it is)"),
}); // prettier-ignore
