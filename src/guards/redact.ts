import { redactJsonText } from "./json-text.ts";
import { isCardNumber } from "./pii/card.ts";
import { findPii } from "./pii/find.ts";
import { findSecrets } from "./secrets/find.ts";
import { type KnownValues, knownValues } from "./secrets/known.ts";
import { isSecretValue, type SecretName, secretNameOf } from "./secrets/names.ts";
import { isPlain } from "./text/characters.ts";
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
  field: (text: string, name: FieldName) => string;
  /** What there is to know of a field's name. */
  nameOf: (name: string) => FieldName;
  /** A marker for a whole number that is a card's, undefined for every other. */
  number: (digits: string) => string | undefined;
}

/** A name, asked about once: spans have the same ones again and again. */
export interface FieldName {
  name: string;
  /** The name without what must not be kept. */
  redacted: string;
  /** What it says of its value. */
  secret: SecretName | undefined;
}

/** Of JSON in text in text. Each level doubles the backslashes before its quotes, so there are few. */
const DEEPEST_TEXT = 12;
const [MOST_NAMES, LONGEST_NAME] = [4096, 128];
/** What stood against a finding may be one as soon as a marker stands there. No text that anybody writes needs more. */
const MOST_TIMES = 4;
/** Nothing that is shorter than `a@b.co` is a finding but by its name. */
const SHORTEST = 6;
const SHORT = 64;

export function redactorFor({ pii, known }: RedactorOptions): Redactor {
  const values = knownValues(known);
  const forPii = pii.length > 0;
  const counts: Record<FoundKind, number> = { secret: 0, card: 0, iban: 0, email: 0, phone: 0, ip: 0, ssn: 0 };
  const names = new Map<string, FieldName>();
  const find = finderOf(values, pii);
  const mark = (kind: FoundKind) => {
    counts[kind]++;
    return `[redacted:${kind}]`;
  };
  const number = (digits: string) => (pii.includes("card") && isCardNumber(digits) ? mark("card") : undefined);

  const nameOf = (name: string): FieldName => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const fresh = { name, redacted: redact(name, undefined, 0), secret: secretNameOf(name) };
    // Bounded, for names may be anybody's data; what was redacted is counted each time.
    if (names.size >= MOST_NAMES) names.clear();
    if (fresh.redacted === name && name.length <= LONGEST_NAME) names.set(name, fresh);
    return fresh;
  };

  const redact = (text: string, field: FieldName | undefined, depth: number): string => {
    if (field?.secret !== undefined && isSecretValue(field.secret, text)) return mark("secret");
    if (text.length < SHORTEST) return text;
    if (text.length <= SHORT && text.length < values.shortest && isPlain(text, forPii)) return text;
    const name = field?.name;
    const found = find(text, name);
    if (found.length === 0 && !hasEscapes(text)) return text;
    const string = (value: string, key?: string) =>
      redact(value, key === undefined ? undefined : nameOf(key), depth + 1);
    const inJson = depth < DEEPEST_TEXT && !isWhole(found, text) ? redactJsonText(text, { string, number }) : undefined;
    if (inJson !== undefined) return inJson;
    return replaced(text, found, (plain) => find(plain, name), mark);
  };

  return Object.assign((text: string) => redact(text, undefined, 0), {
    counts,
    field: (text: string, name: FieldName) => redact(text, name, 0),
    nameOf,
    number,
  });
}

type Find = (text: string, name?: string) => Finding[];

function finderOf(values: KnownValues, pii: readonly PiiKind[]): Find {
  return (text, name) => {
    const secrets = findSecrets(text, values);
    if (pii.length === 0) return secrets;
    const personal = findPii(text, pii, name);
    return secrets.length === 0 ? personal : disjoint([...secrets, ...personal]);
  };
}

function replaced(text: string, found: readonly Finding[], find: Find, mark: (kind: FoundKind) => string): string {
  let redacted = text;
  for (let times = 0; times < MOST_TIMES; times++) {
    const all = times === 0 ? [...found] : find(redacted);
    if (hasEscapes(redacted)) all.push(...findUnescaped(redacted, find));
    if (all.length === 0) break;
    redacted = cut(redacted, disjoint(all), mark);
  }
  return redacted;
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
