/** What is a person's and has a form of its own. Names and addresses have none: they need a detector that reads. */
export const PII_KINDS = ["card", "iban", "email", "phone", "ip", "ssn"] as const;

export type PiiKind = (typeof PII_KINDS)[number];
export type FoundKind = PiiKind | "secret";

/** A place in a text, in UTF-16 units; `end` is the first that no longer belongs to it. */
export interface Finding<Kind extends FoundKind = FoundKind> {
  kind: Kind;
  start: number;
  end: number;
}

/**
 * Sorted, none within or across another. Where two overlap their union is one finding, of the longer's kind: what one of them covers is
 * not to be left standing because the other won.
 */
export function disjoint<Kind extends FoundKind>(found: Finding<Kind>[]): Finding<Kind>[] {
  if (found.length < 2) return found;
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: (Finding<Kind> & { longest: number })[] = [];
  for (const { kind, start, end } of sorted) {
    const last = kept.at(-1);
    if (last === undefined || start >= last.end) {
      kept.push({ kind, start, end, longest: end - start });
      continue;
    }
    if (end - start > last.longest) Object.assign(last, { kind, longest: end - start });
    last.end = Math.max(last.end, end);
  }
  return kept.map(({ kind, start, end }) => ({ kind, start, end }));
}
