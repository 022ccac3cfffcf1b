import { withoutSecrets } from "./secrets.ts";

/** Removes secrets from text before it reaches disk, a log, an error or a report. */
export type Redact = (text: string) => string;

const MARK = "[REDACTED]";

/** Shapes of keys that vendors publish; a last net below the exact values named in the config. */
const KEY_SHAPES =
  /\b(?:sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|xox[abpr]-[A-Za-z0-9-]{10,})\b|(?<=Bearer )[A-Za-z0-9._~+/-]{12,}=*/g;

/**
 * A redactor for the exact secrets given (longest first, so that one that contains another goes whole) and for the
 * usual shapes of keys. Secrets under 6 characters are ignored: replacing them would shred ordinary text.
 */
export function redactor(secrets: Iterable<string | undefined>): Redact {
  const exact = [...new Set(secrets)]
    .filter((s): s is string => s !== undefined && s.length >= 6)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const secret of exact) out = out.replaceAll(secret, MARK);
    return withoutSecrets(out.replace(KEY_SHAPES, MARK), MARK);
  };
}
