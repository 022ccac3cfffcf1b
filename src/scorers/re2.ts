import type { RE2JS } from "re2js";

/** A compiled RE2 pattern: matching takes time linear in the text, whatever the pattern. */
export interface Pattern {
  /** True when it matches anywhere. */
  test(text: string): boolean;
  /** First group of the last match that is not empty (the whole match without groups); undefined without a match. */
  last(text: string): string | undefined;
}

/** Compiles a pattern; throws an Error with RE2's message. `multiline`: `^` and `$` match at line ends too. */
export type CompilePattern = (source: string, options?: { multiline?: boolean }) => Pattern;

/** Patterns that come with the data are kept compiled, up to this many. */
const CACHE_SIZE = 1000;

/** Loads RE2 when a scorer needs it. */
export async function loadRe2(): Promise<CompilePattern> {
  const { RE2JS } = await import("re2js");
  return (source, options) => {
    const re = RE2JS.compile(source, options?.multiline === true ? RE2JS.MULTILINE : 0);
    return { test: (text) => re.test(text), last: (text) => lastMatch(re, text) };
  };
}

/** The same compiler with a memory, for patterns that are only known with a case. */
export function remembering(compile: CompilePattern): CompilePattern {
  const known = new Map<string, Pattern>();
  return (source, options) => {
    const found = known.get(source);
    if (found !== undefined) return found;
    if (known.size >= CACHE_SIZE) known.clear();
    const pattern = compile(source, options);
    known.set(source, pattern);
    return pattern;
  };
}

function lastMatch(re: RE2JS, text: string): string | undefined {
  const matcher = re.matcher(text);
  let found: string | undefined;
  while (matcher.find()) {
    const value = firstGroup(matcher);
    if (value !== "") found = value;
  }
  return found;
}

function firstGroup(matcher: ReturnType<RE2JS["matcher"]>): string {
  for (let index = 1; index <= matcher.groupCount(); index++) {
    const group = matcher.group(index);
    if (group !== null) return group;
  }
  return matcher.group() ?? "";
}
