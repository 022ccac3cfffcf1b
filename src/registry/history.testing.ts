import { expect } from "vitest";
import { publish } from "./publish/publish.ts";
import { promptText, type TempProject } from "./temp-project.testing.ts";

/** The file of the prompt whose history is told. */
const P = "prompts/p.prompt.yml";

/** `p` with its first text. */
export const ONE = { [P]: promptText("p", "One {{ticket}}") };

/** Gives a prompt another text. */
export function say(temp: TempProject, text: string, name = "p"): Promise<void> {
  return temp.write(`prompts/${name}.prompt.yml`, promptText(name, `${text} {{ticket}}`));
}

/** The same, committed by hand. */
export async function commit(temp: TempProject, text: string, name = "p"): Promise<void> {
  await say(temp, text, name);
  await temp.git("commit", "-qam", text);
}

/** The same, published. */
export async function version(temp: TempProject, text: string, options: { push?: boolean } = {}): Promise<void> {
  await say(temp, text);
  await publish(temp.project, { names: ["p"], ...options });
}

export function expectLine(found: string, is: RegExp | string): void {
  if (typeof is === "string") expect(found).toBe(is);
  else expect(found).toMatch(is);
}
