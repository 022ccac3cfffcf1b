import { fault, passOrFail, type Prepare } from "../measure.ts";
import { quote, textOf } from "../wording.ts";
import { fill } from "./fill.ts";

/** In the order in which `gh models eval` looks for them: it judges by the first that is there. */
export const STRING_RULES = ["equals", "contains", "startsWith", "endsWith"] as const;
export type StringRule = (typeof STRING_RULES)[number];

const SAYS = { equals: "is", contains: "contains", startsWith: "starts with", endsWith: "ends with" } as const;

/**
 * The `string` evaluators of GitHub Models, by the rules of `gh models eval`: the answer without white space around it; all but equals
 * ignore case; variables of the case may stand in what is looked for. The empty text
 * is in every answer.
 */
export const githubString: Prepare<"github:string"> = (spec) => {
  const [rule, another] = STRING_RULES.filter((name) => (spec[name] ?? "") !== "");
  if (rule === undefined) throw fault([], `nothing to look for; give one of ${STRING_RULES.join(", ")}`);
  if (another !== undefined) throw fault([another], `${rule} and ${another}: write an evaluator for each`);
  return ({ output, input }) => {
    const answer = textOf(output).trim();
    const wanted = fill(spec[rule] ?? "", input.case.vars);
    const found = holds(rule, answer, wanted);
    const told = wanted === "" && rule !== "equals" ? ", as every text does" : "";
    const verb = found ? SAYS[rule] : `not: ${SAYS[rule]}`;
    return passOrFail(found, `output ${quote(answer)} ${verb} ${quote(wanted)}${told}`);
  };
};

function holds(rule: StringRule, answer: string, wanted: string): boolean {
  if (rule === "equals") return answer === wanted;
  const [text, part] = [answer.toLowerCase(), wanted.toLowerCase()];
  return { contains: text.includes(part), startsWith: text.startsWith(part), endsWith: text.endsWith(part) }[rule];
}
