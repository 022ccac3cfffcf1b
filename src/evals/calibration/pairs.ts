import { z } from "zod";
import type { CallContext, ModelClient, ModelRequest } from "../../models/client/client.ts";
import { askJudge, type Reading } from "../../scorers/judge/ask.ts";
import { repliedObjects } from "../../scorers/judge/replied-objects.ts";
import { runSchedule } from "../run/schedule.ts";
import type { EvalCase } from "../../scorers/scorer.ts";
import { textOf } from "../../scorers/wording.ts";
import type { Better, PairLabel } from "./labels.ts";
import type { Calibration } from "./schema.ts";
import { fenced, FENCE_RULES } from "../../scorers/judge/rubric-prompt.ts";

/** The provider's own limits hold beneath. */
const PAIRS_AT_ONCE = 8;

const answerSchema = z.object({ better: z.enum(["first", "second", "tie"]) });

export interface PairQuestions {
  client: ModelClient;
  rubric: string;
  pairs: readonly (PairLabel & { case: EvalCase })[];
  signal: AbortSignal;
}

/**
 * Makes a judge compare each pair in both orders. A verdict that changes with the order is a position flip: the judge saw
 * the place, not the answer. Throws a ModelError when the judge cannot be reached or its verdict cannot be read.
 */
export async function comparePairs(comparison: PairQuestions): Promise<Calibration["position"]> {
  const found = { pairs: 0, flips: 0, towardFirst: 0, towardSecond: 0, agreed: 0, costUsd: 0 as number | null };
  await runSchedule({
    source: comparison.pairs[Symbol.iterator](),
    concurrency: PAIRS_AT_ONCE,
    stop: comparison.signal,
    budget: undefined,
    work: async (pair) => {
      const [a, b] = pair.outputs;
      const straight = await ask(comparison, pair.case, a, b);
      const swapped = await ask(comparison, pair.case, b, a);
      found.pairs += 1;
      if (straight.better !== mirrored(swapped.better)) found.flips += 1;
      else if (straight.better === pair.better) found.agreed += 1;
      if (straight.better === "first" && swapped.better === "first") found.towardFirst += 1;
      if (straight.better === "second" && swapped.better === "second") found.towardSecond += 1;
      found.costUsd = sum(found.costUsd, sum(straight.costUsd, swapped.costUsd));
    },
  });
  comparison.signal.throwIfAborted();
  return found;
}

async function ask({ client, rubric, signal }: PairQuestions, evalCase: EvalCase, first: unknown, second: unknown) {
  const call: CallContext = { caseId: evalCase.id, trial: 0, signal };
  const { value, costUsd } = await askJudge(client, pairRequest(rubric, evalCase, first, second), call, readAnswer);
  return { better: value, costUsd };
}

/** The one comparison in a reply, however it is wrapped. */
function readAnswer(reply: unknown): Reading<Better> {
  const { objects, twofold } = repliedObjects(reply, ["better"]);
  if (twofold !== undefined) return { wrong: `it has comparisons that differ: ${twofold}` };
  const found = objects.map((object) => answerSchema.safeParse(object));
  const said = new Set(found.map(({ data }) => data?.better));
  const [better] = said;
  if (better !== undefined && said.size === 1) return { value: better };
  return {
    wrong:
      said.size > 1 ? "it has comparisons that differ" : 'it has no JSON object with "better": first, second or tie',
  };
}

/** The verdict on swapped outputs, said of the original order. */
function mirrored(better: Better): Better {
  return better === "tie" ? "tie" : better === "first" ? "second" : "first";
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

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
function pairRequest(rubric: string, evalCase: EvalCase, first: unknown, second: unknown): ModelRequest {
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
