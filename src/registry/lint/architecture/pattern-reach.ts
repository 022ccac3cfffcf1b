/** One escape, class, opening of a group, quantifier or character. */
const TOKEN =
  /\\(?:[pPu]\{[^}]*\}|.)|\[\^?\]|\[(?:\\.|[^\\\]])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu;

/** A quantifier without an upper end. */
const ENDLESS = /^(?:[*+]|\{\d+,\})\??$/;

/**
 * What of a text a pattern (as of JSON Schema, found anywhere in it) holds: the `whole` of it, or only a `part`, since it is not anchored on
 * both sides in every alternative; or `anything`, where `.` or a class of all characters repeats without end in it. What a class of some
 * characters repeats is taken for bounded.
 */
export function reachOf(pattern: string): "whole" | "part" | "anything" {
  const branches = alternatives(pattern.match(TOKEN) ?? []);
  if (!isAnchored(branches)) return "part";
  return branches.some(takesAnything) ? "anything" : "whole";
}

function isAnchored(branches: readonly string[][]): boolean {
  return branches.every((branch) => {
    if (branch[0] === "^" && branch.at(-1) === "$") return true;
    const inner = insideOf(branch);
    return inner !== undefined && isAnchored(alternatives(inner));
  });
}

/** What stands between the | of the top level. */
function alternatives(tokens: readonly string[]): string[][] {
  const branches: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += opens(token) ? 1 : token === ")" ? -1 : 0;
    if (token === "|" && depth === 0) branches.push([]);
    else branches.at(-1)?.push(token);
  }
  return branches;
}

/** The tokens of a group that is all there is: (^a$|^b$). */
function insideOf(tokens: readonly string[]): string[] | undefined {
  if (!opens(tokens[0] ?? "") || /[=!]$/.test(tokens[0] ?? "") || endOfGroup(tokens, 0) !== tokens.length - 1) return undefined; // prettier-ignore
  return tokens.slice(1, -1);
}

/** Whether something in it that fits every character repeats without end: `.*`, `(?:.)+`, `(a|.)*`. Looking ahead takes nothing. */
function takesAnything(tokens: readonly string[]): boolean {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? "";
    const end = opens(token) ? endOfGroup(tokens, i) : i;
    const isLook = /^\(\?<?[=!]/.test(token);
    if (!isLook && ENDLESS.test(tokens[end + 1] ?? "") && fitsAny(tokens.slice(i, end + 1))) return true;
    if (isLook) i = end;
  }
  return false;
}

function fitsAny(tokens: readonly string[]): boolean {
  const [first = ""] = tokens;
  if (!opens(first)) return first === "." || isEverything(first);
  // What may be longer in a group that repeats is as much.
  return alternatives(tokens.slice(1, -1)).some((branch) => branch.length > 0 && fitsAll(branch));
}

/** A class that every character is in, or all but line ends. */
function isEverything(token: string): boolean {
  if (/^\[\^(?:\\[nr])*\]$/.test(token)) return true;
  const members: readonly string[] = (/^\[(?!\^)/.test(token) ? token.match(/\\.|./gsu) : null) ?? [];
  return ["s", "w", "d"].some((each) => members.includes(`\\${each}`) && members.includes(`\\${each.toUpperCase()}`));
}

/** One after the other, each of which fits whatever stands there. */
function fitsAll(branch: readonly string[]): boolean {
  const end = opens(branch[0] ?? "") ? endOfGroup(branch, 0) : 0;
  if (!fitsAny(branch.slice(0, end + 1))) return false;
  const rest = branch.slice(end + 1).filter((token, i) => i > 0 || !/^[*+?{]/.test(token));
  return rest.length === 0 || fitsAll(rest);
}

function opens(token: string): boolean {
  return token.startsWith("(");
}

/** Where the group that is opened at a place is closed; the last token where it never is. */
function endOfGroup(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    depth += opens(tokens[i] ?? "") ? 1 : tokens[i] === ")" ? -1 : 0;
    if (depth === 0) return i;
  }
  return tokens.length - 1;
}
