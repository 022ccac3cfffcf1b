import { AgentopsError } from "../core/errors.ts";
import { suggest } from "../core/suggest.ts";

/** The refusal of a word that is no action of a command; the one that was meant stands before the usage. */
export function unknownAction(command: string, typed: string, known: readonly string[], usage: string): AgentopsError {
  const near = suggest(typed, known);
  const meant = near === undefined ? "" : `did you mean agentops ${command} ${near}?   `;
  return new AgentopsError("USAGE", `unknown action "${typed}"`, { hint: `${meant}agentops ${command} ${usage}` });
}
