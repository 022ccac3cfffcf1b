import { createRequire } from "node:module";
import { AgentopsError, messageOf } from "../../core/errors.ts";

import { compileSchema, type SchemaCheck } from "./json-schema.ts";
import { asData } from "./data.ts";
import type { Prompt } from "../schema.ts";
import { HELPERS, parseTemplate, refusedConstructs, type VariableUse, variableUses } from "./template.ts";
import { declaredVariables, type DeclaredVariables } from "./variables.ts";

const require = createRequire(import.meta.url);

/** One rendered message, ready for a model. */
export interface RenderedMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** A use of a variable, and the message it is in. */
export interface PromptVariable extends VariableUse {
  /** Index into `messages`. */
  message: number;
}

/**
 * Every use of a variable in a prompt, in order, with its line and column inside that message's content. Throws
 * RENDER_FAILED for a template that does not parse or uses what templates here do not have.
 */
export function promptVariables(prompt: Prompt): PromptVariable[] {
  return prompt.messages.flatMap(({ content }, message) =>
    usesOf(prompt, content, message).map((use) => ({ ...use, message })),
  );
}

/**
 * Compiles a prompt once; the function returned renders it any number of times. Values are data: a value that contains
 * `{{…}}` or the marks of a role changes nothing, since no rendered text is ever compiled and each message is rendered
 * by itself. Objects and arrays print as JSON.
 *
 * Both throw RENDER_FAILED: compiling for a bad template or input schema, rendering for a variable that is missing or
 * does not fit `agentops.input`. Hidden helpers, partials, prototypes and getters cannot be reached.
 */
export function compilePrompt(prompt: Prompt): (vars: Readonly<Record<string, unknown>>) => RenderedMessage[] {
  const uses = promptVariables(prompt);
  const declared = declaredVariables(prompt);
  const check = inputCheck(prompt);
  const messages = prompt.messages.map(({ role, content }) => ({ role, render: compileContent(content) }));
  return (vars) => {
    requireVariables(prompt, uses, declared, vars);
    check(vars);
    try {
      const data = asData(vars);
      return messages.map(({ role, render }) => ({ role, content: render(data) }));
    } catch (error) {
      throw renderFailed(prompt, declared, error);
    }
  };
}

function usesOf(prompt: Prompt, content: string, message: number): VariableUse[] {
  const parsed = parseTemplate(content);
  const problem = "problem" in parsed ? parsed.problem : refusedConstructs(parsed.template)[0];
  if (problem) {
    const at = `messages[${message}].content, line ${problem.line}, column ${problem.column}`;
    throw new AgentopsError("RENDER_FAILED", `prompts/${prompt.name}: ${at}: ${problem.message}`, {
      hint: `agentops lint prompts/${prompt.name}`,
    });
  }
  return "template" in parsed ? variableUses(parsed.template) : [];
}

type Render = (data: unknown) => string;

function compileContent(content: string): Render {
  if (!content.includes("{{")) return () => content;
  const template = engine().compile(content, {
    // Prompts are not HTML: user text must arrive as it is.
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(HELPERS.map((h) => [h, true])),
  });
  const closed = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };
  return (data) => template(data, closed);
}

type Handlebars = typeof import("handlebars");

let handlebars: Handlebars | undefined;

/** Our own Handlebars, with nothing in it but {@link HELPERS}; loaded when the first template is compiled. */
function engine(): Handlebars {
  if (handlebars) return handlebars;
  const own = (require("handlebars") as Handlebars).create();
  for (const name of ["log", "lookup", "blockHelperMissing", "helperMissing"]) own.unregisterHelper(name);
  handlebars = own;
  return own;
}

/** The check of `agentops.input`; accepts everything when the prompt declares none. */
function inputCheck(prompt: Prompt): (vars: unknown) => void {
  const input = prompt.agentops?.input;
  if (!input) return () => undefined;
  const compiled: { check: SchemaCheck } | { error: string } = compileSchema(input);
  if ("error" in compiled) {
    throw new AgentopsError("RENDER_FAILED", `prompts/${prompt.name}: agentops.input: ${compiled.error}`);
  }
  return (vars) => {
    const problems = compiled.check(vars);
    if (problems.length === 0) return;
    throw new AgentopsError("RENDER_FAILED", `prompts/${prompt.name}: ${problems.join("; ")}`, {
      hint: "the variables do not fit agentops.input of the prompt",
      details: { problems },
    });
  };
}

function requireVariables(
  prompt: Prompt,
  uses: readonly PromptVariable[],
  declared: DeclaredVariables | null,
  vars: Readonly<Record<string, unknown>>,
): void {
  const missing = (name: string) => !Object.hasOwn(vars, name) || vars[name] === undefined;
  const optional = (name: string) => declared?.names.includes(name) === true && !declared.required.includes(name);
  // A required variable is reported by name before the schema complains about the object as a whole.
  const lost = declared?.required.find(missing) ?? uses.find((u) => missing(u.name) && !optional(u.name))?.name;
  if (lost !== undefined) throw missingVariable(prompt, declared, lost);
}

function missingVariable(prompt: Prompt, declared: DeclaredVariables | null, name: string): AgentopsError {
  const list = declared === null || declared.names.length === 0 ? "none" : declared.names.join(", ");
  return new AgentopsError("RENDER_FAILED", `prompts/${prompt.name}: variable "${name}" is missing`, {
    hint: `declared variables: ${list}`,
    details: { variable: name, declared: declared?.names ?? [] },
  });
}

/** In strict mode Handlebars throws `"x" not defined in [object Object] - 1:2`. */
function renderFailed(prompt: Prompt, declared: DeclaredVariables | null, error: unknown): AgentopsError {
  const name = /^"([^"]+)" not defined in /.exec(messageOf(error))?.[1];
  if (name !== undefined) return missingVariable(prompt, declared, name);
  return new AgentopsError("RENDER_FAILED", `prompts/${prompt.name}: ${messageOf(error)}`, { cause: error });
}
