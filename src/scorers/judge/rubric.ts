import { fault, type Prepare } from "../measure.ts";
import { clip, short } from "../wording.ts";
import { askJudge } from "./ask.ts";
import { rubricRequest } from "./rubric-prompt.ts";
import { rubricOf } from "./rubrics.ts";
import { readVerdict } from "./verdict.ts";

/**
 * A judge with its own pinned model grades the output against a rubric. Passes when the judge says so and the score
 * reaches `threshold`, where there is one; a score alone is a verdict where there is a threshold. Throws a ModelError when the judge
 * cannot be reached, or was asked twice and its verdict cannot be read.
 */
export const llmRubric: Prepare<"llm-rubric"> = async (spec, context) => {
  const pin = spec.model ?? spec.provider;
  if (pin === undefined) {
    throw fault(["model"], "missing; the judge needs a model pin of its own", "model: openai/gpt-4o-2024-08-06");
  }
  const rubric = rubricOf(spec);
  const judge = await context.judge(pin);
  const { threshold } = spec;
  return async (subject) => {
    const { input } = subject;
    const call = { caseId: input.case.id, trial: input.trial, signal: input.signal };
    const read = (reply: unknown) => readVerdict(reply, threshold, subject.output);
    const { value, costUsd } = await askJudge(judge, rubricRequest(rubric, subject), call, read);
    const { pass, score, reason } = value;
    const limit = threshold === undefined ? "" : `, threshold ${threshold}`;
    return {
      score,
      pass: pass && score >= (threshold ?? 0),
      reason: `judge ${pin} says ${pass ? "pass" : "fail"} (${short(score)}${limit}): ${clip(reason, 220)}`,
      costUsd,
    };
  };
};
