import type { Problem } from "../../core/problems.ts";
import type { Path } from "../../core/yaml.ts";
import { type LintFile, problemAt } from "./file.ts";

/** invalid-cel: `authorize` and `approval.when` must parse and use only args, task and agent. */
export async function expressions(file: LintFile): Promise<Problem[]> {
  const found = expressionsOf(file);
  if (found.length === 0) return [];
  const { Environment } = await import("@marcbachmann/cel-js");
  const environment = ["args", "task", "agent"].reduce(
    (env, name) => env.registerVariable(name, "dyn"),
    new Environment(),
  );
  return found.flatMap(({ source, path }) => {
    const { valid, error } = environment.check(source);
    if (valid) return [];
    const message = `not a CEL expression over args, task, agent: ${firstLine(error)}`;
    return [problemAt(file, path, { rule: "invalid-cel", message })];
  });
}

function expressionsOf({ agent }: LintFile): { source: string; path: Path }[] {
  return (agent?.tools ?? []).flatMap(({ authorize, approval }, i) => [
    ...(authorize === undefined ? [] : [{ source: authorize, path: ["tools", i, "authorize"] }]),
    ...(approval?.when === undefined ? [] : [{ source: approval.when, path: ["tools", i, "approval", "when"] }]),
  ]);
}

function firstLine(error: Error | undefined): string {
  return error?.message.split("\n")[0] ?? "invalid";
}
