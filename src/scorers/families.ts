import type { Measure, Prepare, ScorerContext } from "./measure.ts";
import type { BaseType, ScorerSpec, SpecOf } from "./schema.ts";

/** Each family is loaded by the suite that uses it; most suites use two or three. */
const FAMILIES: { [T in BaseType]: () => Promise<Prepare<T>> } = {
  equals: async () => (await import("./text/equality.ts")).equals,
  contains: async () => (await import("./text/substring.ts")).contains,
  icontains: async () => (await import("./text/substring.ts")).icontains,
  "contains-all": async () => (await import("./text/substring.ts")).containsAll,
  "contains-any": async () => (await import("./text/substring.ts")).containsAny,
  "icontains-all": async () => (await import("./text/substring.ts")).icontainsAll,
  "icontains-any": async () => (await import("./text/substring.ts")).icontainsAny,
  "starts-with": async () => (await import("./text/substring.ts")).startsWith,
  regex: async () => (await import("./text/regex.ts")).regex,
  "is-json": async () => (await import("./text/json.ts")).isJson,
  "contains-json": async () => (await import("./text/json.ts")).containsJson,
  numeric: async () => (await import("./text/numeric.ts")).numeric,
  levenshtein: async () => (await import("./text/similarity.ts")).levenshtein,
  "rouge-n": async () => (await import("./text/similarity.ts")).rougeN,
  "word-count": async () => (await import("./text/word-count.ts")).wordCount,
  "finish-reason": async () => (await import("./text/finish.ts")).finishReason,
  "is-refusal": async () => (await import("./text/finish.ts")).isRefusal,
  latency: async () => (await import("./text/budget.ts")).latency,
  cost: async () => (await import("./text/budget.ts")).cost,
  expression: async () => (await import("./text/expression.ts")).expression,
  "llm-rubric": async () => (await import("./judge/rubric.ts")).llmRubric,
  "github:string": async () => (await import("./github/string.ts")).githubString,
  "github:llm": async () => (await import("./github/choices.ts")).githubChoices,
  javascript: async () => (await import("./programs/javascript.ts")).javascript,
  exec: async () => (await import("./programs/exec.ts")).exec,
  "trajectory:tool-used": async () => (await import("./tools/tool-used.ts")).toolUsed,
  "trajectory:tool-sequence": async () => (await import("./tools/tool-sequence.ts")).toolSequence,
  "trajectory:tool-args-match": async () => (await import("./tools/tool-args.ts")).toolArgsMatch,
  "trajectory:step-count": async () => (await import("./tools/step-count.ts")).stepCount,
  "tool-call-f1": async () => (await import("./tools/tool-call-f1.ts")).toolCallF1,
  "tool-call-precision": async () => (await import("./tools/tool-call-precision.ts")).toolCallPrecision,
};

/** Compiles the measurement of a spec, without its `not-`. */
export async function prepareMeasure(spec: ScorerSpec, context: ScorerContext): Promise<Measure> {
  const type = spec.type.replace(/^not-/, "") as BaseType;
  // The key of the table and the type of the spec are the same name, which the compiler cannot see.
  const prepare = (await FAMILIES[type]()) as (
    spec: SpecOf<BaseType>,
    context: ScorerContext,
  ) => Measure | Promise<Measure>;
  return prepare(spec, context);
}
