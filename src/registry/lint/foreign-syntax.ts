import type { Problem } from "../../core/problems.ts";
import { declaredVariables } from "../render/variables.ts";
import { placeIn } from "../../core/json.ts";
import type { LintFile } from "./file.ts";
import { positionInFile } from "./position.ts";

interface Literal {
  offset: number;
  text: string;
  message: string;
  hint: string;
}

/**
 * literal-syntax: what looks like a template and reaches the model as text, because it is Handlebars' escape, or belongs to another language of
 * templates. `{name}` and its like stand in many texts, so only those count whose name is a declared variable.
 */
export function foreignSyntax(file: LintFile): Problem[] {
  const { prompt } = file;
  if (!prompt) return [];
  const names = declaredVariables(prompt)?.names ?? [];
  return prompt.messages.flatMap(({ content }, index) =>
    [...escapes(content), ...foreignTags(content), ...singleBraces(content, names)].map(
      ({ offset, text, message, hint }): Problem => ({
        severity: "warning",
        rule: "literal-syntax",
        file: file.path,
        ...positionInFile(file, index, content, placeIn(content, offset), text.length),
        message,
        hint,
      }),
    ),
  );
}

/** `\{{x}}` is the text `{{x}}`; after two backslashes it is a variable again. */
function escapes(content: string): Literal[] {
  return [...content.matchAll(/(?<!\\)\\(\{\{[^{}]*\}\})/g)].map(({ index, 0: text, 1: tag = "" }) => ({
    offset: index,
    text,
    message: `\\${tag} is an escape: the model gets the text ${tag}, and no value`,
    hint: `for a backslash before the value write \\\\${tag}`,
  }));
}

function foreignTags(content: string): Literal[] {
  return [...content.matchAll(/\{%-?\s*(\w+)[^%]*%\}|\{#[^#{}]*#\}|<%[=-]?[^%]*%>/g)].map(
    ({ index, 0: text, 1: word }) => {
      const language = text.startsWith("<%") ? "EJS" : "Jinja";
      return {
        offset: index,
        text,
        message: `${shortened(text)} is ${language}, and goes to the model as it stands`,
        hint: word === undefined ? "templates here are Handlebars" : (MEANT[word] ?? "templates here are Handlebars"),
      };
    },
  );
}

const MEANT: Readonly<Record<string, string>> = {
  if: "templates here are Handlebars: {{#if x}}…{{else}}…{{/if}}",
  elif: "templates here are Handlebars: {{else if y}}",
  else: "templates here are Handlebars: {{else}}",
  endif: "templates here are Handlebars: {{/if}}",
  for: "templates here are Handlebars: {{#each items}}{{this}}{{/each}}",
  endfor: "templates here are Handlebars: {{/each}}",
};

/** `{name}`, `${name}` and `%(name)s`, of variables that the prompt has. */
function singleBraces(content: string, names: readonly string[]): Literal[] {
  return [...content.matchAll(/\$?(?<!\{)\{(\w+)\}(?!\})|%\((\w+)\)s/g)].flatMap(({ index, 0: text, 1: a, 2: b }) => {
    const name = a ?? b ?? "";
    if (!names.includes(name)) return [];
    const message = `${text} goes to the model as it stands, not as the value of ${name}`;
    return [{ offset: index, text, message, hint: `write {{${name}}}` }];
  });
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
