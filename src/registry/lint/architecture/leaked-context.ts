import type { Problem } from "../../../core/problems.ts";
import type { Agent } from "../../agent.schema.ts";
import { declaredVariables } from "../../render/variables.ts";
import type { Prompt } from "../../schema.ts";
import { type LintFile, problemAt } from "../file.ts";
import { isSchema, variants } from "./variants.ts";

type Handoff = NonNullable<Agent["handoffs"]>[number];

/**
 * leaked-context, of the prompt that a handoff leads to. What it must be told and the handoff does not name is a fact; that it speaks of
 * whoever hands over is a guess from its words, and says so.
 */
export function leaked(file: LintFile, i: number, handoff: Handoff, prompt: Prompt): Problem[] {
  const told = toldBy(handoff);
  const { names = [], required = [] } = declaredVariables(prompt) ?? {};
  // A prompt that says which it must have can do without the others.
  const needed = required.length > 0 ? required : names;
  const missing = needed.filter((name) => !told.includes(name));
  const finding = (message: string, hint: string) =>
    problemAt(file, ["handoffs", i], { rule: "leaked-context", severity: "warning", message, hint });
  if (missing.length > 0) {
    const variables = missing.map((name) => `{{${name}}}`).join(", ");
    return [finding(`${handoff.to} reads ${variables}, which this handoff's input does not name: it knows what its supervisor knows, or nothing`, `input: { type: object, properties: { ${[...told, ...missing].join(": {}, ")}: {} } }`)]; // prettier-ignore
  }
  const words = prompt.messages.map(({ content }) => spokenOf(file.name).exec(content)?.[0]).find(Boolean);
  if (words === undefined) return [];
  return [finding(`the prompt of ${handoff.to} seems to speak of who hands over to it ("${words.trim()}"): then it works for nobody else (a guess from its words)`, "say what is to be done, not for whom; what it has to know goes into input:")]; // prettier-ignore
}

function toldBy({ input }: Handoff): string[] {
  const properties = input === undefined ? [] : variants(input, input).map((one) => one["properties"]);
  return [...new Set(properties.flatMap((each) => (isSchema(each) ? Object.keys(each) : [])))];
}

/** Many agents have an everyday word as their name, so that it alone means nothing: "You work at the help desk." */
function spokenOf(name: string): RegExp {
  const literal = name.replaceAll(".", "\\.");
  const own = [`agents/${literal}`, `(?:the )?${literal} agent`, `agent ${literal}`, `[\`"']${literal}[\`"']`, ...(/[-.\d]/.test(name) ? [literal] : [])]; // prettier-ignore
  const role = ["(?:the|your) (?:supervisor|orchestrator)", "(?:the|your) (?:calling|parent|supervising) agent"];
  return new RegExp(`(?<![\\w/-])(?:${[...own, ...role].join("|")})(?![\\w-])`, "i");
}
