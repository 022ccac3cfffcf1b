import type { Measure, Prepare, ScorerContext } from "./measure.ts";
import type { BaseType, ScorerSpec, SpecOf } from "./schema.ts";

/** Each family is loaded by the suite that uses it; most suites use two or three. */
const FAMILIES: { [T in BaseType]: () => Promise<Prepare<T>> } = {
  equals: async () => (await import("./equality.ts")).equals,
  contains: async () => (await import("./substring.ts")).contains,
  icontains: async () => (await import("./substring.ts")).icontains,
  "contains-all": async () => (await import("./substring.ts")).containsAll,
  "contains-any": async () => (await import("./substring.ts")).containsAny,
  "icontains-all": async () => (await import("./substring.ts")).icontainsAll,
  "icontains-any": async () => (await import("./substring.ts")).icontainsAny,
  "starts-with": async () => (await import("./substring.ts")).startsWith,
  regex: async () => (await import("./regex.ts")).regex,
  "is-json": async () => (await import("./json.ts")).isJson,
  "contains-json": async () => (await import("./json.ts")).containsJson,
  numeric: async () => (await import("./numeric.ts")).numeric,
  levenshtein: async () => (await import("./similarity.ts")).levenshtein,
  "rouge-n": async () => (await import("./similarity.ts")).rougeN,
  "word-count": async () => (await import("./word-count.ts")).wordCount,
  "finish-reason": async () => (await import("./finish.ts")).finishReason,
  "is-refusal": async () => (await import("./finish.ts")).isRefusal,
  latency: async () => (await import("./budget.ts")).latency,
  cost: async () => (await import("./budget.ts")).cost,
  expression: async () => (await import("./expression.ts")).expression,
  "llm-rubric": async () => (await import("./rubric.ts")).llmRubric,
  javascript: async () => (await import("./javascript.ts")).javascript,
  exec: async () => (await import("./exec.ts")).exec,
  "trajectory:tool-used": async () => (await import("./tool-used.ts")).toolUsed,
  "trajectory:tool-sequence": async () => (await import("./tool-sequence.ts")).toolSequence,
  "trajectory:tool-args-match": async () => (await import("./tool-args.ts")).toolArgsMatch,
  "trajectory:step-count": async () => (await import("./step-count.ts")).stepCount,
  "tool-call-f1": async () => (await import("./tool-call-f1.ts")).toolCallF1,
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
