import type { Setting } from "./settings.ts";

const HIDDEN = "***";

const SECRET_NAME = "[\\w-]*(?:token|secret|api[_-]?key|access[_-]?key|private[_-]?key|passw(?:or)?d|passphrase|passwd|pwd|credentials?|auth)[\\w-]*"; // prettier-ignore

/** What follows is a key: `--token`, `--api-key`, curl's `-u` and `-H`. */
const FLAG = new RegExp(`^(?:--?${SECRET_NAME}|--?key|--?pass|--user|--header|--cookie|-[pPuHbk])$`, "i");

/** The same within one text, as in `sh -c "send --token x"`; what stands in quotes goes whole. */
const VALUE = `(?:"[^"]*"|'[^']*'|[^\\s"'&]+)`;
const FLAG_IN_TEXT = new RegExp(
  `((?:^|[\\s"'])(?:--?${SECRET_NAME}|--?key|--pass|--user|--header|--cookie|-[puH])(?:\\s+|\\s*=\\s*))${VALUE}`,
  "gi",
);
const NAMED = new RegExp(`(\\b(?:${SECRET_NAME}|key|pass)\\s*=\\s*)${VALUE}`, "gi");
const HEADER = /(\b(?:bearer|basic)\s+|\b[\w-]*(?:authorization|api-key|cookie|token)\s*:\s*)[^"'\r\n]+/gi;

/**
 * The settings of one file as a screen or a log may have them: values of headers, the password and the query of an address, and the argument
 * behind a flag for a key are `***`. @param settings in their order, so that an argument stands behind its flag
 */
export function shownSettings(settings: readonly Setting[]): Setting[] {
  return settings.map((setting, i) => ({ ...setting, value: shownValue(setting, settings[i - 1]) }));
}

function shownValue({ key, value }: Setting, before: Setting | undefined): unknown {
  if (/\.headers\./.test(key)) return HIDDEN;
  if (typeof value !== "string") return value;
  return /\.command\.\d+$/.test(key) ? shownArgument(key, value, before) : withoutValues(value);
}

function shownArgument(key: string, value: string, before: Setting | undefined): string {
  const listOf = (name: string) => name.slice(0, name.lastIndexOf("."));
  const follows = before !== undefined && listOf(before.key) === listOf(key) && typeof before.value === "string";
  if (follows && FLAG.test(String(before.value))) return HIDDEN;
  // `-pPASSWORD` and `-uUSER:PASSWORD` are one argument.
  const short = /^(-[pu])[^-\s=]/.exec(value);
  return short === null ? withoutValues(value) : `${short[1] ?? ""}${HIDDEN}`;
}

/** A text without what may be secret in it: of addresses the userinfo's password and each value of the query, and values behind a name for a key. */
export function withoutValues(text: string): string {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, shownAddress)
    .replace(FLAG_IN_TEXT, `$1${HIDDEN}`)
    .replace(NAMED, `$1${HIDDEN}`)
    .replace(HEADER, `$1${HIDDEN}`);
}

/** Up to the last @: a password may have one in it that is not encoded, and a slash too. */
function shownAddress(address: string): string {
  const [, scheme = "", rest = ""] = /^([^:]+:\/\/)(.*)$/s.exec(address) ?? [];
  const at = rest.lastIndexOf("@");
  const [user = "", ...password] = rest.slice(0, Math.max(0, at)).split(":");
  const isName = password.length > 0 && !/[/?#]/.test(user);
  const who = at < 0 ? "" : isName ? `${user}:${HIDDEN}@` : `${HIDDEN}@`;
  const [place = "", ...query] = rest.slice(at + 1).split(/(?=[?#])/);
  const hidden = query.map((part) => part.replace(/([?&#;])([^=&;]*)(=?)[^&;]*/g, (_, mark: string, name: string, is: string) => (is === "" ? `${mark}${HIDDEN}` : `${mark}${name}=${HIDDEN}`))); // prettier-ignore
  return `${scheme}${who}${place}${hidden.join("")}`;
}
