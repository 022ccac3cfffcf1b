import { z } from "zod";
import type { Problem } from "../../core/problems.ts";
import { checkYaml, type Path, type YamlFile } from "../../core/yaml.ts";
import { formatPath } from "../../core/zod-issues.ts";
import { withoutForeign } from "../../registry/github-format.ts";
import { fill } from "../../scorers/github/fill.ts";
import { STRING_RULES, type StringRule } from "../../scorers/github/string.ts";
import type { ScorerSpec } from "../../scorers/schema.ts";

/** Numbers and yes or no, as YAML reads them, are texts to GitHub. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const llmEvaluator = z.strictObject({
  modelId: z.string().min(1),
  prompt: z.string().min(1),
  systemPrompt: z.string().optional(),
  choices: z.array(z.strictObject({ choice: text, score: z.number().min(0) })).min(1),
});
const LLM_KEYS = Object.keys(llmEvaluator.shape);

const evaluator = z.strictObject({
  name: text.optional(),
  string: z.strictObject({ equals: text, contains: text, startsWith: text, endsWith: text }).partial().optional(),
  llm: llmEvaluator.optional(),
  uses: z.string().optional(),
});

type Evaluator = z.infer<typeof evaluator>;

const githubSuite = z.object({
  testData: z.array(z.record(z.string(), z.unknown())).default([]),
  evaluators: z.array(evaluator).default([]),
});
export type GithubSuite = z.infer<typeof githubSuite>;

/** What stands for GitHub's own evaluators: their prompts are GitHub's, and so is the model they ask. */
const INSTEAD: Record<string, string> = {
  similarity:
    "llm-rubric with value: The answer says the same as the reference (or levenshtein, rouge-n for close wording)",
  relevance: "llm-rubric with value: The answer is about what was asked, and about all of it",
  groundedness: "llm-rubric with value: Every claim of the answer is supported by the input",
  coherence: "llm-rubric with value: The answer is in a logical order that a reader can follow",
  fluency: "llm-rubric with value: The answer is fluent and without mistakes of grammar",
};

/** Another name of a key than GitHub's, as people write it. */
const ALIASES = { model: "modelId", system: "systemPrompt", input: "testData" } as const;

/**
 * What of a prompt file's `testData` and `evaluators` cannot be run, at its line: a form that `gh models eval` does not have either, and
 * its built-in evaluators, which name no model and no prompt of the user's. Warnings are about what neither of the two looks at.
 */
export function evaluatorProblems(yaml: YamlFile): { value?: GithubSuite; problems: Problem[] } {
  const seen = evaluatorsRead(yaml.value);
  const ignored = [...seen.ignored, ...ownEvaluators(yaml.value)].map((path): Problem => {
    const message = `${formatPath(path)} is not read here, nor by gh models eval`;
    return { severity: "warning", rule: "evaluator", file: yaml.file, ...yaml.locate(path, "key"), message };
  });
  const { value, problems } = checkYaml(githubSuite, { ...yaml, value: seen.value }, ALIASES);
  const misread = problems.map((one) => ({
    ...one,
    rule: "evaluator",
    ...(one.rule === "unknown-key" && { hint: KNOWN }),
  }));
  if (value === undefined) return { problems: [...misread, ...ignored] };
  return {
    value,
    problems: [...value.evaluators.flatMap((one, i) => unusable(yaml, one, i)), ...emptyOnes(yaml, value), ...ignored],
  };
}

const KNOWN = `gh models eval knows ${STRING_RULES.join(", ")} and llm: with choices; a suite has regex, not-contains and more`;

/** GitHub passes over keys that it does not know here too; a rule of `string:` that it does not know would judge nothing. */
function evaluatorsRead(written: unknown): { value: unknown; ignored: Path[] } {
  const { evaluators } = written as { evaluators?: unknown };
  if (!Array.isArray(evaluators)) return { value: written, ignored: [] };
  const read = evaluators.map((one, i) => {
    const top = withoutForeign(one, ["evaluators", i], Object.keys(evaluator.shape));
    const { llm } = (one ?? {}) as { llm?: unknown };
    const inner = withoutForeign(llm, ["evaluators", i, "llm"], LLM_KEYS);
    const value = llm === undefined ? top.value : { ...(top.value as object), llm: inner.value };
    return { value, ignored: [...top.ignored, ...inner.ignored] };
  });
  return {
    value: { ...(written as object), evaluators: read.map(({ value }) => value) },
    ignored: read.flatMap(({ ignored }) => ignored),
  };
}

/** Some write evaluators into a case; there they are a variable of it. */
function ownEvaluators(written: unknown): Path[] {
  const { testData } = written as { testData?: unknown };
  if (!Array.isArray(testData)) return [];
  return testData.flatMap((vars: unknown, i) =>
    typeof vars === "object" && vars !== null && "evaluators" in vars ? [["testData", i, "evaluators"]] : [],
  );
}

/** What a case makes look for the empty text passes every answer, there and here. */
function emptyOnes(yaml: YamlFile, { testData, evaluators }: GithubSuite): Problem[] {
  return evaluators.flatMap(({ string = {} }, i) => {
    const [rule] = rulesOf(string);
    if (rule === undefined || rule === "equals") return [];
    const empty = testData.flatMap((vars, n) => (isEmptied(string[rule] ?? "", vars) ? [`case-${n + 1}`] : []));
    if (empty.length === 0) return [];
    const message = `${rule} looks for the empty text in ${shortList(empty)}: every output passes there`;
    const hint = "equals has an empty answer for an empty text";
    const at = yaml.locate(["evaluators", i, "string", rule]);
    return [{ severity: "warning", rule: "evaluator", file: yaml.file, ...at, message, hint }];
  });
}

function shortList(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** A variable that is not there is told by who fills it in. */
function isEmptied(template: string, vars: Readonly<Record<string, unknown>>): boolean {
  try {
    return fill(template, vars) === "";
  } catch {
    return false;
  }
}

function unusable(yaml: YamlFile, { string, llm, uses }: Evaluator, i: number): Problem[] {
  const at = (path: string[]) => ({ file: yaml.file, ...yaml.locate(["evaluators", i, ...path]) });
  const given = [string, llm, uses].filter((one) => one !== undefined).length;
  const problem = { severity: "error" as const, rule: "evaluator" };
  if (given !== 1) return [{ ...problem, ...at([]), message: "an evaluator has one of string:, llm: and uses:" }];
  if (uses !== undefined) {
    const message = `the evaluator ${uses} is GitHub's own and is not run here`;
    const instead =
      INSTEAD[uses.replace(/^github\//, "")] ?? "llm-rubric with a value: that says what a good answer is";
    const hint = `in its place: an llm: evaluator of your own, or in a suite ${instead}`;
    return [{ ...problem, ...at(["uses"]), message, hint }];
  }
  if (string === undefined || rulesOf(string).length === 1) return [];
  const several = rulesOf(string).length > 1;
  const message = several
    ? `${rulesOf(string).join(" and ")} in one evaluator: gh models eval would judge by ${rulesOf(string)[0]} alone`
    : `nothing to look for: give one of ${STRING_RULES.join(", ")}`;
  return [{ ...problem, ...at(["string"]), message, ...(several && { hint: "write an evaluator for each" }) }];
}

function rulesOf(string: NonNullable<Evaluator["string"]>): StringRule[] {
  return STRING_RULES.filter((rule) => (string[rule] ?? "") !== "");
}

/** The evaluators as scorers of ours, which have the rules of `gh models eval`. */
export function scorersOf({ evaluators }: GithubSuite): ScorerSpec[] {
  return evaluators.map(({ name, string, llm }): ScorerSpec => {
    const called = name === undefined || name === "" ? {} : { name };
    if (llm === undefined) return { type: "github:string", ...called, ...string };
    const { modelId, ...rest } = llm;
    return { type: "github:llm", ...called, model: modelId, ...rest };
  });
}
