import { messageOf } from "../core/errors.ts";
import { celToJson, loadCel, type Expression } from "./cel.ts";
import { fault, type Subject } from "./measure.ts";
import { DEFAULT_NORMALIZATION, type Fold, foldOf } from "./normalize.ts";
import { loadRe2, type Pattern } from "./re2.ts";
import type { ScorerSpec } from "./schema.ts";
import type { Score, ScorerInput } from "./scorer.ts";
import { quote, textOf } from "./wording.ts";

/** Both sides of a comparison. */
interface Sides<T> {
  output?: T;
  expected?: T;
}

/** What a scorer looks at, or the failed score of an extract that found nothing. */
export type View = (input: ScorerInput) => Subject | { failed: Score };

type Selector = NonNullable<ScorerSpec["extract"]>;

/** Compiles a scorer's `extract` and `transform`; the first is applied before the second. */
export async function prepareView(spec: ScorerSpec): Promise<View> {
  const fold = foldFor(spec);
  const whole = wholeOf(fold);
  if (spec.extract === undefined && spec.transform === undefined) return whole;
  const patterns = await compilePatterns(spec.extract);
  const expressions = await compileExpressions(fold(spec.transform));
  return (input) => {
    const subject = whole(input);
    return extract(subject, patterns) ?? transform(subject, expressions);
  };
}

/** What a scorer makes of texts before it compares them. */
export function foldFor(spec: ScorerSpec): Fold {
  return foldOf(spec.normalize ?? defaultFor(spec));
}

/** Programs and judges get texts as they are, but where a pattern of ours is to find its lines in them. */
function defaultFor({ type, extract: pattern }: ScorerSpec) {
  const foreign = /^(?:not-)?(?:javascript|exec|llm-rubric)$/.test(type);
  return foreign && pattern === undefined ? "exact" : DEFAULT_NORMALIZATION;
}

const wholeOf =
  (fold: Fold) =>
  (input: ScorerInput): Subject => ({
    output: fold(input.output),
    expected: fold(input.case.expected),
    fold,
    input,
  });

function sides(selector: Selector): { side: keyof Sides<string>; source: string; path: string[] }[] {
  const given = typeof selector === "string" ? { output: selector } : selector;
  return (["output", "expected"] as const).flatMap((side) => {
    const source = given[side];
    return source === undefined ? [] : [{ side, source, path: typeof selector === "string" ? [] : [side] }];
  });
}

async function compilePatterns(selector: Selector | undefined): Promise<Sides<Pattern>> {
  const compiled: Sides<Pattern> = {};
  if (selector === undefined) return compiled;
  const compile = await loadRe2();
  for (const { side, source, path } of sides(selector)) {
    try {
      compiled[side] = compile(source, { multiline: true });
    } catch (error) {
      throw fault(["extract", ...path], messageOf(error));
    }
  }
  return compiled;
}

async function compileExpressions(selector: Selector | undefined): Promise<Sides<Expression>> {
  const compiled: Sides<Expression> = {};
  if (selector === undefined) return compiled;
  const compile = await loadCel();
  for (const { side, source, path } of sides(selector)) compiled[side] = compile(source, ["transform", ...path]);
  return compiled;
}

/** Replaces the sides in place; returns the failure when a pattern finds nothing. */
function extract(subject: Subject, patterns: Sides<Pattern>): { failed: Score } | undefined {
  for (const side of ["output", "expected"] as const) {
    const pattern = patterns[side];
    if (pattern === undefined || subject[side] === undefined) continue;
    const found = pattern.last(textOf(subject[side]));
    // An expected value without the pattern is the answer already: datasets ship both `… #### 18` and `18`.
    if (found === undefined && side === "expected") continue;
    if (found === undefined) return { failed: nothing(subject[side]) };
    subject[side] = found;
  }
  return undefined;
}

function nothing(output: unknown): Score {
  return { score: 0, pass: false, reason: `extract found nothing in output ${quote(output, 200)}` };
}

function transform(subject: Subject, expressions: Sides<Expression>): Subject {
  const { output, expected } = expressions;
  return {
    output: output === undefined ? subject.output : celToJson(output.evaluate(subject)),
    expected: expected === undefined ? subject.expected : celToJson(expected.evaluate(subject)),
    fold: subject.fold,
    input: subject.input,
  };
}
