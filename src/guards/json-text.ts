const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const MINUS = 0x2d;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const COLON_NEXT = /[ \t\r\n]*:/y;

export interface JsonTextRedactor {
  /** A string of the text, decoded; `name` is that of the field it stands in, undefined for a key. */
  string: (value: string, name: string | undefined) => string;
  /** The number as it is written; what it gives is written as a string in its place. */
  number: (digits: string) => string | undefined;
}

/**
 * JSON text with its strings redacted and everything else as it was, byte for byte: parsed and written again, a large number would be
 * another and of two equal keys one would be gone. The very same text where nothing was found, undefined where it is no JSON text.
 */
export function redactJsonText(text: string, redact: JsonTextRedactor): string | undefined {
  if (!isJsonText(text)) return undefined;
  const pieces: string[] = [];
  const names = fieldNames();
  let from = 0;
  let at = 0;
  const replace = (end: number, written: string) => {
    pieces.push(text.slice(from, at), JSON.stringify(written));
    from = end;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const end =
      code === QUOTE ? endOfString(text, at) : code === MINUS || isDigit(code) ? endOfNumber(text, at) : at + 1;
    if (code === QUOTE) {
      const value = decoded(text.slice(at, end));
      const isKey = isKeyBefore(text, end);
      const redacted = redact.string(value, isKey ? undefined : names.current());
      if (redacted !== value) replace(end, redacted);
      names.string(value, isKey);
    } else if (end > at + 1) {
      const redacted = redact.number(text.slice(at, end));
      if (redacted !== undefined) replace(end, redacted);
    } else names.mark(code);
    at = end;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(from);
}

function isJsonText(text: string): boolean {
  if (!/^\s*[{["]/.test(text.slice(0, 200))) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The field that a string stands in, as the text is read: `{"key": NAME, "value": …}` names its value by another field. */
function fieldNames() {
  let key: string | undefined;
  let named: string | undefined;
  return {
    current: () => ((key === "value" || key === "stringValue") && named !== undefined ? named : key),
    string: (value: string, isKey: boolean) => {
      if (isKey) key = value;
      else if (key === "key" || key === "name") named = value;
    },
    mark: (code: number) => {
      const isBracket = code === 0x7b || code === 0x7d || code === 0x5d;
      if (!isBracket) return;
      // OTLP: the value of an attribute is an object of its own.
      if (code !== 0x7b || key !== "value") named = undefined;
      key = code === 0x7b ? key : undefined;
    },
  };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  return start + (NUMBER.exec(text)?.[0].length ?? 1);
}

function isKeyBefore(text: string, at: number): boolean {
  COLON_NEXT.lastIndex = at;
  return COLON_NEXT.test(text);
}

function decoded(literal: string): string {
  return literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}
