import { z } from "zod";
import type { Score } from "./scorer.ts";
import { clip, quote, short } from "./wording.ts";

const graded = z.number().min(0).max(1);
const verdict = z
  .object({ pass: z.boolean(), score: graded, reason: z.string() })
  .partial()
  .refine((answer) => answer.pass !== undefined || answer.score !== undefined);

/**
 * The score an expression, module or program answers with: a boolean, a number in [0, 1], or
 * `{ pass?, score?, reason? }`. A number passes from `threshold` on and, as in promptfoo, above 0 without one.
 * Throws on anything else: an answer we do not understand is neither a pass nor a fail.
 */
export function scoreOf(answer: unknown, threshold: number | undefined, who: string): Score {
  if (typeof answer === "boolean") return { score: answer ? 1 : 0, pass: answer, reason: `${who} is ${answer}` };
  if (typeof answer === "number" && graded.safeParse(answer).success) {
    const limit = threshold === undefined ? "passes above 0" : `threshold ${threshold}`;
    return { score: answer, pass: reaches(answer, threshold), reason: `${who} is ${short(answer)}; ${limit}` };
  }
  const parsed = verdict.safeParse(answer);
  if (!parsed.success) {
    throw new Error(`${who} is ${quote(answer)}; want true, false, a number in 0..1 or {pass, score, reason}`);
  }
  const score = parsed.data.score ?? (parsed.data.pass === true ? 1 : 0);
  const pass = (parsed.data.pass ?? true) && (parsed.data.score === undefined || judged(parsed.data, threshold));
  return { score, pass, reason: clip(parsed.data.reason ?? `${who} is ${quote(answer)}`) };
}

function reaches(score: number, threshold: number | undefined): boolean {
  return threshold === undefined ? score > 0 : score >= threshold;
}

/** With a verdict of its own, the score counts only against a threshold. */
function judged(answer: z.infer<typeof verdict>, threshold: number | undefined): boolean {
  const score = answer.score ?? 0;
  return answer.pass === undefined ? reaches(score, threshold) : score >= (threshold ?? 0);
}
