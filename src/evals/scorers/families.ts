import { cost, latency } from "./budget.ts";
import { equals } from "./equality.ts";
import { exec } from "./exec.ts";
import { expression } from "./expression.ts";
import { finishReason, isRefusal } from "./finish.ts";
import { javascript } from "./javascript.ts";
import { containsJson, isJson } from "./json.ts";
import type { Measure, Prepare, ScorerContext } from "./measure.ts";
import { numeric } from "./numeric.ts";
import { regex } from "./regex.ts";
import { llmRubric } from "./rubric.ts";
import type { BaseType, ScorerSpec, SpecOf } from "./schema.ts";
import { levenshtein, rougeN } from "./similarity.ts";
import { stepCount } from "./step-count.ts";
import { contains, containsAll, containsAny, icontains, icontainsAll, icontainsAny, startsWith } from "./substring.ts";
import { toolArgsMatch } from "./tool-args.ts";
import { toolCallF1 } from "./tool-call-f1.ts";
import { toolSequence } from "./tool-sequence.ts";
import { toolUsed } from "./tool-used.ts";
import { wordCount } from "./word-count.ts";

const FAMILIES: { [T in BaseType]: Prepare<T> } = {
  equals,
  contains,
  icontains,
  "contains-all": containsAll,
  "contains-any": containsAny,
  "icontains-all": icontainsAll,
  "icontains-any": icontainsAny,
  "starts-with": startsWith,
  regex,
  "is-json": isJson,
  "contains-json": containsJson,
  numeric,
  levenshtein,
  "rouge-n": rougeN,
  "word-count": wordCount,
  "finish-reason": finishReason,
  "is-refusal": isRefusal,
  latency,
  cost,
  expression,
  "llm-rubric": llmRubric,
  javascript,
  exec,
  "trajectory:tool-used": toolUsed,
  "trajectory:tool-sequence": toolSequence,
  "trajectory:tool-args-match": toolArgsMatch,
  "trajectory:step-count": stepCount,
  "tool-call-f1": toolCallF1,
};

/** Compiles the measurement of a spec, without its `not-`. */
export async function prepareMeasure(spec: ScorerSpec, context: ScorerContext): Promise<Measure> {
  const type = spec.type.replace(/^not-/, "") as BaseType;
  // The key of the table and the type of the spec are the same name, which the compiler cannot see.
  const prepare = FAMILIES[type] as (spec: SpecOf<BaseType>, context: ScorerContext) => Measure | Promise<Measure>;
  return prepare(spec, context);
}
