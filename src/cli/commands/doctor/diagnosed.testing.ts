import { expect } from "vitest";
import { agentops } from "../../../testing/project.ts";
import { doctorSchema } from "../../../upkeep/doctor/schema.ts";

/** The checks by name, after a look at what holds for every run: one schema, and the exit code of its states. */
export async function diagnosed(dir: string, env: NodeJS.ProcessEnv = {}, args: string[] = []) {
  const { code, stdout } = await agentops(dir, ["doctor", "--json", ...args], env);
  const { checks } = doctorSchema.parse(JSON.parse(stdout));
  expect(code).toBe(checks.some(({ state }) => state === "problem") ? 2 : 0);
  return Object.fromEntries(checks.map(({ name, ...check }) => [name, check]));
}
