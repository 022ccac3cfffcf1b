import { z } from "zod";
import type { ModelResult } from "../../models/client/client.ts";
import { ModelError } from "../../models/client/model-error.ts";
import { fault, type Prepare } from "../measure.ts";
import { rubricRequest } from "./rubric-prompt.ts";
import { clip, quote, short, textOf } from "../wording.ts";

const verdictSchema = z.strictObject({ pass: z.boolean(), score: z.number().min(0).max(1), reason: z.string() });

/**
 * A judge with its own pinned model grades the output against a rubric. Passes when the judge says so and the score
 * reaches `threshold`, where there is one. Throws a ModelError when the judge cannot be reached or its verdict cannot be read.
 */
export const llmRubric: Prepare<"llm-rubric"> = async (spec, context) => {
  const pin = spec.model ?? spec.provider;
  if (pin === undefined) {
    throw fault(["model"], "missing; the judge needs a model pin of its own", "model: openai/gpt-4o-2024-08-06");
  }
  if (spec.value.trim() === "") throw fault(["value"], "the rubric is empty");
  const judge = await context.judge(pin);
  const { threshold } = spec;
  return async (subject) => {
    const { input } = subject;
    const call = { caseId: input.case.id, trial: input.trial, signal: input.signal };
    const result = await judge.generate(rubricRequest(spec.value, subject), call);
    const { pass, score, reason } = readVerdict(result, pin);
    const limit = threshold === undefined ? "" : `, threshold ${threshold}`;
    return {
      score,
      pass: pass && score >= (threshold ?? 0),
      reason: `judge ${pin} says ${pass ? "pass" : "fail"} (${short(score)}${limit}): ${clip(reason, 220)}`,
      costUsd: result.costUsd === null ? null : result.costUsd + result.retryCostUsd,
    };
  };
};

function readVerdict(result: ModelResult, pin: string): z.infer<typeof verdictSchema> {
  const parsed = verdictSchema.safeParse(parseAnswer(result.output));
  if (parsed.success) return parsed.data;
  throw new ModelError("bad-response", `judge ${pin} gave no readable verdict: ${quote(textOf(result.output), 200)}`, {
    attempts: result.attempts,
    costUsd: (result.costUsd ?? 0) + result.retryCostUsd,
  });
}

/** Many models put a fence around JSON; one around the whole answer is taken off, anything more is not guessed at. */
export function parseAnswer(output: unknown): unknown {
  if (typeof output !== "string") return output;
  const inner = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(output)?.[1] ?? output;
  try {
    return JSON.parse(inner);
  } catch {
    return undefined;
  }
}
