/** What a name says of its value: how sure one may be that it is a secret. */
export type SecretName = "password" | "key" | "token" | "header";

const NAMES: readonly (readonly [SecretName, RegExp])[] = [
  ["password", /(?:password|passwd|passphrase|pwd)$/],
  [
    "key",
    /(?:api|secret|access|private|signing|encryption|account|subscription)key$|secret$|(?:access|auth|refresh|id|session|bearer|api|security)token$|credentials?$/,
  ],
  // A token is a piece of a word, too, and a mark of where a list goes on.
  ["token", /token$/],
  ["header", /authorization$|cookie$/],
];
/** Longer ones are no names. */
const LONGEST = 100;

/** By the end of a name, in any way of writing: `db.password`, `X-Api-Key`, `clientSecret`. */
export function secretNameOf(name: string): SecretName | undefined {
  if (name.length < 3 || name.length > LONGEST || !mayEndIn(name, name.length)) return undefined;
  const last = name.slice(-4).toLowerCase();
  if (!LAST.has(last) && !/pwd$|key$/.test(last)) return undefined;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return NAMES.find(([, end]) => end.test(plain))?.[0];
}

/** The last four letters of every name above. */
const LAST = new Set(["word", "sswd", "rase", "cret", "oken", "tial", "ials", "tion", "okie"]);
/** By the codes of two letters: whether a name that matters ends in them. */
const ENDS = new Uint8Array(0x8000);
for (const end of ["rd", "wd", "se", "ey", "et", "en", "al", "ls", "on", "ie", "ue"]) ENDS[codes(end, 2)] = 1;

/** The last two letters before a place refuse nearly every name, without a copy of it. */
export function mayEndIn(text: string, end: number): boolean {
  return ENDS[codes(text, end)] === 1;
}

function codes(text: string, end: number): number {
  return (((text.charCodeAt(end - 2) | 0x20) & 0x7f) << 8) | ((text.charCodeAt(end - 1) | 0x20) & 0xff);
}

const MARKS = /\[redacted:[a-z]{1,12}\]/gi;
const SCHEME = /^(?:Basic|Bearer|Token|Digest|ApiKey|Negotiate)\s+/i;
/** Names of variables, patterns, types, and what people write instead of the thing. */
const PLACEHOLDER =
  /^(?:\$|\{|<|%[A-Z_]+%$|\*+$|x+$|\.+$|your|process\.env|os\.environ|(?:string|text|null|none|nil|undefined|true|false|required|optional|hidden|masked|redacted|password|token|secret|empty|unset|function|object|boolean|number)$)/i;

/** Whether the whole value of a field of such a name is a secret. */
export function isSecretValue(name: SecretName, value: string): boolean {
  const rest = value.replace(MARKS, "").trim();
  if (rest === "" || PLACEHOLDER.test(rest)) return false;
  if (name === "password") return rest.length >= 3;
  if (name === "header") return rest.replace(SCHEME, "").length >= 6;
  if (/\s/.test(rest)) return false;
  return name === "key" ? rest.length >= 8 : rest.length >= 16 && /\d/.test(rest) && /[A-Za-z]/.test(rest);
}
