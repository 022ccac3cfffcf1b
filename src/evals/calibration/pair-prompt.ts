import type { ModelRequest } from "../../models/client/client.ts";
import type { EvalCase } from "../scorers/scorer.ts";
import { fenced, FENCE_RULES } from "../scorers/judge/rubric-prompt.ts";
import { textOf } from "../scorers/wording.ts";

const SYSTEM = `You compare two answers of another system under a rubric.

${FENCE_RULES}

Say which answer meets the rubric better; say tie only when neither does. Answer with one JSON object and nothing else:
{"reason": "one or two sentences", "better": "first", "second" or "tie"}`;

const SCHEMA = {
  type: "object",
  required: ["reason", "better"],
  additionalProperties: false,
  properties: { reason: { type: "string" }, better: { type: "string", enum: ["first", "second", "tie"] } },
};

/** The request to compare two outputs, in the order given; equal ones give equal requests, so that they can be replayed. */
export function pairRequest(rubric: string, evalCase: EvalCase, first: unknown, second: unknown): ModelRequest {
  const sections: [string, string][] = [
    ["rubric", rubric],
    ["input", JSON.stringify(evalCase.vars)],
  ];
  if (evalCase.expected !== undefined) sections.push(["reference", textOf(evalCase.expected)]);
  sections.push(["first", textOf(first)], ["second", textOf(second)]);
  return {
    messages: [
      { role: "system", content: SYSTEM },
      { role: "user", content: fenced(sections) },
    ],
    parameters: { temperature: 0 },
    responseFormat: { type: "json", name: "comparison", schema: SCHEMA },
  };
}
