import { digestOf } from "../../core/canonical.ts";
import type { RunSpec } from "../run/run-spec.ts";
import { rubricOf } from "../../scorers/judge/rubrics.ts";
import type { SpecOf } from "../../scorers/schema.ts";

type RubricSpec = SpecOf<"llm-rubric">;

/** A scorer of a suite that asks a judge. */
export interface Judge {
  /** Position among the suite's scorers, which is that of its score in a trial. */
  index: number;
  scorer: string;
  /** Model pin. */
  model: string;
  rubric: string;
  /** Equal keys are the same judge: what was learnt about one holds for the other, whatever the suite calls it. */
  key: string;
}

/** The scorers of a run that ask a judge, in order. */
export function judgesOf({ suite, scorers }: Pick<RunSpec, "suite" | "scorers">): Judge[] {
  return suite.scorers.flatMap((spec, index) => {
    if (spec.type !== "llm-rubric" && spec.type !== "not-llm-rubric") return [];
    const model = spec.model ?? spec.provider ?? "";
    const rubric = rubricOf(spec);
    return [{ index, scorer: scorers[index]?.name ?? spec.type, model, rubric, key: keyOf(spec, model, rubric) }];
  });
}

/** Name, category, weight and whether it is required change what a verdict does, not what it is. */
function keyOf({ type, threshold, extract, transform }: RubricSpec, model: string, rubric: string): string {
  return digestOf({
    type,
    value: rubric,
    model,
    ...(threshold !== undefined && { threshold }),
    ...(extract !== undefined && { extract }),
    ...(transform !== undefined && { transform }),
  });
}
