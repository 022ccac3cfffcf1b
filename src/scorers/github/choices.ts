import type { ModelRequest } from "../../models/client/client.ts";
import { askJudge, type Reading } from "../judge/ask.ts";
import type { Prepare } from "../measure.ts";
import type { SpecOf } from "../schema.ts";
import { clip, quote, short, textOf } from "../wording.ts";
import { fill } from "./fill.ts";

type Choice = SpecOf<"github:llm">["choices"][number];

/**
 * The `llm` evaluators of GitHub Models, by the rules of `gh models eval`: of the choices, in the order written, the first that the
 * judge's reply contains (case does not count) gives the score, and a score above 0 passes. A reply without any is the judge's error.
 */
export const githubChoices: Prepare<"github:llm"> = async (spec, context) => {
  const judge = await context.judge(spec.model);
  const best = Math.max(1, ...spec.choices.map(({ score }) => score));
  return async (subject) => {
    const { output, input } = subject;
    const call = { caseId: input.case.id, trial: input.trial, signal: input.signal };
    const request = choiceRequest(spec, { ...input.case.vars, completion: textOf(output).trim() });
    const { value, costUsd } = await askJudge(judge, request, call, (reply) => readChoice(textOf(reply), spec.choices));
    const { choice, others } = value;
    const also =
      others.length === 0 ? "" : ` (and, further down the list: ${others.map((one) => one.choice).join(", ")})`;
    const score = best === 1 ? "" : ` of ${short(best)}`;
    return {
      score: choice.score / best,
      pass: choice.score > 0,
      reason: clip(`judge ${spec.model} chose ${quote(choice.choice)}: ${short(choice.score)}${score}${also}`),
      costUsd,
    };
  };
};

function choiceRequest({ prompt, systemPrompt }: SpecOf<"github:llm">, vars: Record<string, unknown>): ModelRequest {
  const system =
    systemPrompt === undefined || systemPrompt === "" ? [] : [{ role: "system" as const, content: systemPrompt }];
  return { messages: [...system, { role: "user", content: fill(prompt, vars) }], parameters: {} };
}

function readChoice(reply: string, choices: readonly Choice[]): Reading<{ choice: Choice; others: Choice[] }> {
  const text = reply.trim().toLowerCase();
  const [choice, ...others] = choices.filter((one) => text.includes(one.choice.toLowerCase()));
  if (choice !== undefined) return { value: { choice, others } };
  return { wrong: `it has none of the choices ${choices.map((one) => quote(one.choice)).join(", ")}` };
}
