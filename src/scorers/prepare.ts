import { AgentopsError } from "../core/errors.ts";
import { prepareMeasure } from "./families.ts";
import { emptyExpected } from "./empty-expected.ts";
import { isInverted, type ScorerContext } from "./measure.ts";
import { uniqueNames } from "./names.ts";
import type { ScorerSpec } from "./schema.ts";
import type { Score, Scorer, ScorerInput } from "./scorer.ts";
import { prepareView } from "./subject.ts";
import { clip } from "./wording.ts";

export type { ScorerContext } from "./measure.ts";

/**
 * Compiles a suite's scorers once, so that scoring a trial is cheap. Throws SCORER_INVALID with
 * `details: { index, path }`: the scorer's position in the list and the keys that lead from it to the fault. What
 * `context.judge` throws comes through as it is.
 */
export async function prepareScorers(specs: readonly ScorerSpec[], context: ScorerContext): Promise<Scorer[]> {
  const names = uniqueNames(specs);
  const scorers: Scorer[] = [];
  for (const [index, spec] of specs.entries()) {
    try {
      scorers.push(await prepareScorer(spec, names[index] ?? spec.type, context));
    } catch (error) {
      throw located(error, spec, index);
    }
  }
  return scorers;
}

/** What is wrong with each scorer of a suite, as prepareScorers throws of the first: how its value is found, and how it is measured. */
export async function scorerFaults(specs: readonly ScorerSpec[], context: ScorerContext): Promise<unknown[]> {
  const faults: unknown[] = [];
  for (const [index, spec] of specs.entries()) {
    for (const part of [() => prepareView(spec), () => prepareMeasure(spec, context)]) {
      try {
        await part();
      } catch (error) {
        faults.push(located(error, spec, index));
      }
    }
  }
  return faults;
}

async function prepareScorer(spec: ScorerSpec, name: string, context: ScorerContext): Promise<Scorer> {
  const view = await prepareView(spec);
  const measure = await prepareMeasure(spec, context);
  const finish = isInverted(spec) ? invert : tidy;
  return {
    name,
    type: spec.type,
    category: spec.category ?? null,
    required: spec.required ?? true,
    weight: spec.weight ?? 1,
    score(input: ScorerInput) {
      const seen = view(input);
      if ("failed" in seen) return seen.failed;
      const result = emptyExpected(spec, seen) ?? measure(seen);
      return result instanceof Promise ? result.then(finish) : finish(result);
    },
  };
}

function tidy(score: Score): Score {
  return { ...score, reason: clip(score.reason) };
}

function invert(score: Score): Score {
  return { ...tidy(score), score: 1 - score.score, pass: !score.pass };
}

function located(error: unknown, spec: ScorerSpec, index: number): unknown {
  if (!(error instanceof AgentopsError) || error.code !== "SCORER_INVALID") return error;
  const path = (error.details?.["path"] ?? []) as (string | number)[];
  const where = path.length === 0 ? "" : ` ${path.join(".")}:`;
  return new AgentopsError(
    "SCORER_INVALID",
    `scorer ${index + 1} (${spec.name ?? spec.type}):${where} ${error.message}`,
    {
      hint: error.hint,
      details: { index, path },
      cause: error,
    },
  );
}
