import type { Problem } from "../../core/problems.ts";
import type { Prompt } from "../schema.ts";
import { parseTemplate, type VariableUse, variableUses } from "../render/template.ts";
import { type LintFile, problemAt } from "./file.ts";
import { positionInFile } from "./position.ts";

/**
 * user-in-system: a variable that a user may have written is printed in a system message, where the model takes it for the author's word.
 * Taken for the user's is every text that may be anything: no number, yes or no, or date, none of a list or a pattern, and not among
 * `agentops.trusted`.
 */
export function systemVariables(file: LintFile): Problem[] {
  const { prompt } = file;
  if (!prompt) return [];
  const found = prompt.messages.flatMap(({ role, content }, i) =>
    role === "system" ? inMessage(file, prompt, i, content) : [],
  );
  return [...found, ...unknownTrusted(file, prompt)];
}

function inMessage(file: LintFile, prompt: Prompt, index: number, content: string): Problem[] {
  const parsed = parseTemplate(content);
  if ("problem" in parsed) return [];
  const uses = variableUses(parsed.template).filter((use) => isPrinted(use) && isFree(prompt, use.name));
  return uses
    .filter(({ name }, i) => uses.findIndex((use) => use.name === name) === i)
    .map((use) => ({
      severity: "warning",
      rule: "user-in-system",
      file: file.path,
      ...positionInFile(file, index, content, use, use.name.length),
      message: `{{${use.name}}} may be a user's text, and a system message is where the model looks for orders`,
      hint: `move it to a user message; where no user can write it: agentops: { trusted: [${use.name}] }`,
    }));
}

/** `{{#each docs}}` prints what is in them. */
function isPrinted({ asked, block }: VariableUse): boolean {
  return !asked || block === "each" || block === "with";
}

function isFree({ agentops }: Prompt, name: string): boolean {
  if (agentops?.trusted?.includes(name) === true) return false;
  const properties = agentops?.input?.["properties"] as Record<string, unknown> | undefined;
  const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (typeof declared !== "object" || declared === null) return true;
  const { type, format } = declared as { type?: unknown; format?: unknown };
  const types = Array.isArray(type) ? type : [type];
  const bound = ["enum", "const", "pattern"].some((key) => key in declared) || FORMS.has(format);
  return !bound && !types.every((t) => HARMLESS.has(t));
}

const HARMLESS = new Set<unknown>(["number", "integer", "boolean", "null"]);
const FORMS = new Set<unknown>(["date", "time", "date-time", "duration", "uuid"]);

/** A name under `trusted:` that no message prints protects nothing: it was mistyped, or what it was for is gone. */
function unknownTrusted(file: LintFile, prompt: Prompt): Problem[] {
  const used = new Set(
    prompt.messages.flatMap(({ content }) => {
      const parsed = parseTemplate(content);
      return "problem" in parsed ? [] : variableUses(parsed.template).map(({ name }) => name);
    }),
  );
  return (prompt.agentops?.trusted ?? []).flatMap((name, i) => {
    if (used.has(name)) return [];
    const message = `variable "${name}" is trusted, but no message uses it`;
    return [problemAt(file, ["agentops", "trusted", i], { rule: "unused-variable", severity: "warning", message })];
  });
}
