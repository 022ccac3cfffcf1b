import { canonicalJson } from "../../core/canonical.ts";
import { quote, short, textOf } from "../wording.ts";
import type { Reading } from "./ask.ts";
import { repliedObjects } from "./replied-objects.ts";

export interface Verdict {
  pass: boolean;
  /** In [0, 1]. */
  score: number;
  reason: string;
}

/**
 * The verdict in a judge's reply, however it is wrapped: prose, thinking or a fence around it, keys beside it. What is not said without
 * ambiguity is not read: two verdicts that differ, also in one object with a key twice, a pass with score 0, a score beyond [0, 1], a score that no
 * threshold turns into a verdict, and an object that only quotes the material under judgement.
 */
export function readVerdict(reply: unknown, threshold: number | undefined, material: unknown): Reading<Verdict> {
  const { objects, bare, twofold } = repliedObjects(reply, ["pass", "score"]);
  if (twofold !== undefined) return { wrong: `it has verdicts that differ: ${twofold}` };
  const quoted = bare
    ? new Set<string>()
    : new Set(repliedObjects(material, ["pass", "score"]).objects.map(canonicalJson));
  const own = objects.filter((object) => !quoted.has(canonicalJson(object)));
  if (own.length === 0) return { wrong: objects.length > 0 ? "its only verdict quotes the answer" : NONE };
  const read = own.map((object) => verdictOf(object, threshold));
  const wrong = read.find((one) => "wrong" in one);
  if (wrong !== undefined) return wrong;
  const verdicts = read.flatMap((one) => ("value" in one ? [one.value] : []));
  const [verdict] = verdicts.slice(-1);
  const other = verdicts.find((one) => one.pass !== verdict?.pass || one.score !== verdict.score);
  if (verdict === undefined || other !== undefined) {
    return { wrong: `it has verdicts that differ: ${verdicts.map(verdictText).join(", ")}` };
  }
  return { value: verdict };
}

const NONE = 'it has no JSON object with "pass" and "score"';

function verdictOf(object: Record<string, unknown>, threshold: number | undefined): Reading<Verdict> {
  const { pass, score, reason } = object;
  const said = quote(object, 120);
  if (pass !== undefined && typeof pass !== "boolean") return { wrong: `"pass" is neither true nor false in ${said}` };
  if (score === undefined) return { wrong: `"score" is missing in ${said}` };
  if (typeof score !== "number" || !(score >= 0 && score <= 1))
    return { wrong: `"score" is no number in [0, 1] in ${said}` };
  if (pass === undefined && threshold === undefined) return { wrong: `"pass" is missing in ${said}` };
  const passes = pass ?? score >= (threshold ?? 0);
  if (pass === true && score === 0) return { wrong: "it says pass with score 0, which contradict each other" };
  return { value: { pass: passes, score, reason: reasonOf(reason) } };
}

function reasonOf(reason: unknown): string {
  const text = textOf(reason).trim();
  return text === "" ? "no reason given" : text;
}

function verdictText({ pass, score }: Verdict): string {
  return `${pass ? "pass" : "fail"} (${short(score)})`;
}
