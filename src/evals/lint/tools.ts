import { join } from "node:path";
import { type Project, readText } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import { type Path, readYaml } from "../../core/yaml.ts";
import { worktreeSource } from "../../registry/source.ts";
import type { Suite } from "../dataset/schema.ts";

const TOOL_SCORERS = /^(not-)?(trajectory:|tool-call-)/;

export interface UnknownTool {
  path: Path;
  message: string;
}

/** Tools that a suite's scorers look for and its agent does not have: such a score could never be what was meant. */
export async function unknownTools(project: Project, suite: Suite): Promise<UnknownTool[]> {
  const looking = suite.scorers.filter((s) => "value" in s && TOOL_SCORERS.test(s.type));
  const known = looking.length === 0 ? null : await toolsOf(project, suite.target);
  if (known === null) return [];
  return suite.scorers.flatMap((scorer, index) => {
    if (!TOOL_SCORERS.test(scorer.type) || !("value" in scorer)) return [];
    return namesIn(scorer.value)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: ["scorers", index, "value"],
        message: `the agent has no tool "${name}" (${didYouMean(name, known)})`,
      }));
  });
}

/** The tools of the agent a suite targets in the worktree; null when that is not known. Whether its file is valid is judged elsewhere. */
async function toolsOf(project: Project, target: string | undefined): Promise<string[] | null> {
  const name = /^agents\/([^@]+)(@worktree)?$/.exec(target ?? "")?.[1];
  const source = worktreeSource(project.root);
  const file = (await source.list("agents")).find((a) => a.name === name);
  if (file === undefined) return null;
  const { yaml } = readYaml(await readText(join(project.root, file.path)), file.path);
  const tools = (yaml?.value as { tools?: unknown } | null | undefined)?.tools;
  return Array.isArray(tools) ? tools.map((t: { name?: unknown } | null) => String(t?.name)) : null;
}

/** Tool names in a scorer's value: a name, a list, `{ name }`, `{ steps }`; patterns are not names. */
function namesIn(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((name) => name.trim());
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== "object" || value === null) return [];
  const { name, steps } = value as { name?: unknown; steps?: unknown };
  return [...(typeof name === "string" ? [name] : []), ...namesIn(steps)];
}
