import type { Problem } from "../../core/problems.ts";
import { suggest } from "../../core/suggest.ts";
import type { Prompt } from "../schema.ts";
import { type ContentPosition, parseTemplate, refusedConstructs, variableUses } from "../render/template.ts";
import { declaredVariables, type DeclaredVariables } from "../render/variables.ts";
import { type LintFile, problemAt } from "./file.ts";
import { positionInFile } from "./position.ts";

/** template-syntax, undeclared-variable, unused-variable. */
export function variables(file: LintFile): Problem[] {
  const { prompt } = file;
  if (!prompt) return [];
  const declared = declaredVariables(prompt);
  const used = new Set<string>();
  const problems = prompt.messages.flatMap((_, i) => inMessage(file, prompt, i, declared, used));
  // What a broken template would use is unknown.
  const broken = problems.some((p) => p.rule === "template-syntax");
  return broken ? problems : [...problems, ...unused(file, declared, used)];
}

function inMessage(
  file: LintFile,
  prompt: Prompt,
  index: number,
  declared: DeclaredVariables | null,
  used: Set<string>,
): Problem[] {
  const content = prompt.messages[index]?.content ?? "";
  const at = (position: ContentPosition, length: number) => positionInFile(file, index, content, position, length);
  const parsed = parseTemplate(content);
  if ("problem" in parsed) return [syntax(file, at(parsed.problem, 1), parsed.problem.message)];
  const refused = refusedConstructs(parsed.template).map((p) => syntax(file, at(p, 1), p.message));
  const uses = variableUses(parsed.template);
  for (const use of uses) used.add(use.name);
  const known = (name: string) => (declared === null ? isGiven(prompt, name) : declared.names.includes(name));
  const unknown = uses.filter((use) => !known(use.name));
  return [...refused, ...unknown.map((use) => undeclared(file, at(use, use.name.length), use.name, declared))];
}

/** A file that declares nothing may show what it takes by its cases. */
function isGiven({ testData = [] }: Prompt, name: string): boolean {
  return testData.length > 0 && testData.every((vars) => Object.hasOwn(vars, name));
}

function syntax(file: LintFile, at: { line: number; column: number }, message: string): Problem {
  return { severity: "error", rule: "template-syntax", file: file.path, ...at, message };
}

/** Without `agentops.input` it is a GitHub Models file, which has no place to declare: advice then, not an error. */
function undeclared(
  file: LintFile,
  at: { line: number; column: number },
  name: string,
  declared: DeclaredVariables | null,
): Problem {
  const best = suggest(name, declared?.names ?? []);
  const meant = best === undefined ? "" : ` (did you mean ${best}?)`;
  return {
    severity: declared === null ? "warning" : "error",
    rule: "undeclared-variable",
    file: file.path,
    ...at,
    message: `variable "${name}" is not declared${meant}`,
    hint: `agentops.input: { properties: { ${name}: { type: string } } }`,
  };
}

function unused(file: LintFile, declared: DeclaredVariables | null, used: ReadonlySet<string>): Problem[] {
  const names = (declared?.names ?? []).filter((name) => !used.has(name));
  return names.map((name) =>
    problemAt(file, ["agentops", "input", "properties", name], {
      rule: "unused-variable",
      severity: "warning",
      part: "key",
      message: `variable "${name}" is declared, but no message uses it`,
    }),
  );
}
