/** What begins at a bracket, and where the scan ended. */
export interface Scanned {
  /** `whole`: JSON; `broken`: JSON that breaks off or is not JSON any more at `end`; `other`: no JSON from the start. */
  kind: "whole" | "broken" | "other";
  end: number;
  /** What closes the level in which the scan ended. */
  within?: "}" | "]" | undefined;
}

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const ATOM = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const CUT_ATOM =
  /(?:-|-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d*)?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?)$/y;

interface Level {
  close: "}" | "]";
  /** What comes next: a key (or the end, at the first), its colon, a value (or the end), or a comma or the end. */
  wants: "first" | "key" | "colon" | "value" | "comma";
}

/**
 * Reads the JSON that begins at the bracket at `start`, without recursion: a text of brackets alone is no stack overflow. It is taken for JSON
 * once a key with its colon, or a value of a list with its comma, was read: `[1]` may be a footnote and `{x}` a placeholder.
 */
export function scanJson(text: string, start: number): Scanned {
  const levels: Level[] = [];
  let at = start;
  let committed = false;
  const reader: Reader = {
    take(pattern) {
      pattern.lastIndex = at;
      const found = pattern.test(text);
      if (found) at = pattern.lastIndex;
      return found;
    },
    takeString() {
      const { end, kind } = stringAt(text, at);
      at = end;
      return kind;
    },
  };
  for (;;) {
    reader.take(SPACE);
    const level = levels.at(-1);
    const char = text[at];
    const step = level === undefined ? open(char) : next(level, char, reader);
    if (char === undefined || step === "cut") return { kind: "broken", end: text.length };
    if (step === "fault") return { kind: committed ? "broken" : "other", end: at, within: level?.close };
    if (step === "open") {
      at++;
      levels.push({ close: char === "{" ? "}" : "]", wants: "first" });
    } else if (step === "close") {
      at++;
      levels.pop();
      if (levels.length === 0) return { kind: "whole", end: at };
    } else if (step === "mark") {
      at++;
      committed = true;
    }
  }
}

type Step = "open" | "close" | "mark" | "value" | "cut" | "fault";

function open(char: string | undefined): Step {
  return char === "{" || char === "[" ? "open" : "fault";
}

/** Moves on over what it takes. */
interface Reader {
  take(pattern: RegExp): boolean;
  takeString(): "value" | "cut" | "fault";
}

/** One token; sets what the level wants after it. */
function next(level: Level, char: string | undefined, reader: Reader): Step {
  if (char === level.close && (level.wants === "first" || level.wants === "comma")) return "close";
  if (level.wants === "comma" || level.wants === "colon") return separator(level, char);
  const key = level.close === "}" && level.wants !== "value";
  level.wants = key ? "colon" : "comma";
  if (char === '"') return reader.takeString();
  if (key) return "fault";
  if (char === "{" || char === "[") return "open";
  if (reader.take(ATOM)) return "value";
  return reader.take(CUT_ATOM) ? "cut" : "fault";
}

function separator(level: Level, char: string | undefined): Step {
  if (char !== (level.wants === "colon" ? ":" : ",")) return "fault";
  level.wants = level.wants === "colon" || level.close === "]" ? "value" : "key";
  return "mark";
}

/** A loop, not a pattern: V8 keeps a place to go back to for each of ten million characters. */
function stringAt(text: string, start: number): { end: number; kind: "value" | "cut" | "fault" } {
  for (let index = start + 1; index < text.length; index++) {
    const char = text[index] as string;
    if (char === '"') return { end: index + 1, kind: "value" };
    if (char < " ") return { end: index, kind: "fault" };
    if (char !== "\\") continue;
    ESCAPE.lastIndex = ++index;
    if (ESCAPE.test(text)) index = ESCAPE.lastIndex - 1;
    else if (!/^(?:u[0-9a-fA-F]{0,3})?$/.test(text.slice(index, index + 5))) return { end: index, kind: "fault" };
  }
  return { end: text.length, kind: "cut" };
}
