import { redactJsonText } from "./json-text.ts";
import { isCardNumber } from "./pii/card.ts";
import { findPii } from "./pii/find.ts";
import { findSecrets } from "./secrets/find.ts";
import { waysOf } from "./secrets/known.ts";
import { isSecretValue, type SecretName, secretNameOf } from "./secrets/names.ts";
import { findUnescaped, hasEscapes } from "./text/escapes.ts";
import { disjoint, type Finding, type FoundKind, type PiiKind } from "./text/finding.ts";

export interface RedactorOptions {
  /** Always: there is no project that wants its keys on a disk. */
  secrets: true;
  pii: readonly PiiKind[];
  /** Values that are secret whatever they look like; those under 8 characters are ignored. */
  known: readonly string[];
}

/** Replaces what it finds by `[redacted:KIND]`, and counts it. What it wrote once it leaves as it is. */
export interface Redactor {
  (text: string): string;
  /** How often each kind was found, by all calls so far. */
  readonly counts: Readonly<Record<FoundKind, number>>;
  /** The text of a field: a name like `password` makes the whole of it a secret. */
  field: (text: string, name: string) => string;
  /** The name of a field. */
  key: (name: string) => string;
  /** A marker for a whole number that is a card's, undefined for every other. */
  number: (digits: string) => string | undefined;
}

/** Of JSON in text in text. Each level doubles the backslashes before its quotes, so there are few. */
const DEEPEST_TEXT = 12;
/** Nothing that is shorter than `a@b.co` is a finding but by its name. */
const SHORTEST = 6;

export function redactorFor({ pii, known }: RedactorOptions): Redactor {
  const ways = waysOf(known);
  const counts: Record<FoundKind, number> = { secret: 0, card: 0, iban: 0, email: 0, phone: 0, ip: 0, ssn: 0 };
  const keys = keyMemory();
  const find = (text: string, name?: string): Finding[] => {
    const secrets = findSecrets(text, ways);
    return pii.length === 0 ? secrets : disjoint([...secrets, ...findPii(text, pii, name)]);
  };
  const mark = (kind: FoundKind) => {
    counts[kind]++;
    return `[redacted:${kind}]`;
  };
  const number = (digits: string) => (pii.includes("card") && isCardNumber(digits) ? mark("card") : undefined);

  const redact = (text: string, name: string | undefined, depth: number): string => {
    const kind = name === undefined ? undefined : keys.kindOf(name);
    if (kind !== undefined && isSecretValue(kind, text)) return mark("secret");
    if (text.length < SHORTEST) return text;
    const found = find(text, name);
    const isEscaped = hasEscapes(text);
    if (found.length === 0 && !isEscaped) return text;
    const string = (value: string, field?: string) => redact(value, field, depth + 1);
    const inJson = depth < DEEPEST_TEXT && !isWhole(found, text) ? redactJsonText(text, { string, number }) : undefined;
    if (inJson !== undefined) return inJson;
    const all = isEscaped ? disjoint([...found, ...findUnescaped(text, (plain) => find(plain, name))]) : found;
    return cut(text, all, mark);
  };

  return Object.assign((text: string) => redact(text, undefined, 0), {
    counts,
    field: (text: string, name: string) => redact(text, name, 0),
    key: (name: string) => {
      if (keys.isClean(name)) return name;
      const redacted = redact(name, undefined, 0);
      if (redacted === name) keys.clean(name);
      return redacted;
    },
    number,
  });
}

function isWhole([first]: readonly Finding[], { length }: string): boolean {
  return first?.start === 0 && first.end === length;
}

function cut(text: string, found: readonly Finding[], mark: (kind: FoundKind) => string): string {
  if (found.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const { kind, start, end } of found) {
    pieces.push(text.slice(from, start), mark(kind));
    from = end;
  }
  return pieces.join("") + text.slice(from);
}

const [MOST_KEYS, LONGEST_KEY] = [4096, 128];

/** What is known of names: spans have the same ones again and again. Bounded, for names may be anybody's data. */
function keyMemory() {
  const cleaned = new Set<string>();
  const kinds = new Map<string, SecretName | undefined>();
  return {
    isClean: (name: string) => cleaned.has(name),
    clean: (name: string) => {
      if (cleaned.size >= MOST_KEYS) cleaned.clear();
      if (name.length <= LONGEST_KEY) cleaned.add(name);
    },
    kindOf: (name: string) => {
      const kind = kinds.get(name);
      if (kind !== undefined || kinds.has(name)) return kind;
      if (kinds.size >= MOST_KEYS) kinds.clear();
      const found = secretNameOf(name);
      if (name.length <= LONGEST_KEY) kinds.set(name, found);
      return found;
    },
  };
}
