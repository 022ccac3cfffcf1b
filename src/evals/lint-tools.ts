import type { Project } from "../core/project.ts";
import { AgentopsError } from "../core/errors.ts";
import { parseRef } from "../core/refs.ts";
import { didYouMean } from "../core/suggest.ts";
import type { Path } from "../core/yaml.ts";
import { readArtifact } from "../registry/read.ts";
import { worktreeSource } from "../registry/source.ts";
import type { Suite } from "./schema.ts";

export interface UnknownTool {
  path: Path;
  message: string;
}

/** Tools that a suite's scorers look for and its agent does not have: such a score could never be what was meant. */
export async function unknownTools(project: Project, suite: Suite): Promise<UnknownTool[]> {
  const known = await toolsOf(project, suite.target);
  if (known === null) return [];
  return suite.scorers.flatMap((scorer, index) => {
    if (!/^(not-)?(trajectory:|tool-call-f1)/.test(scorer.type) || !("value" in scorer)) return [];
    return namesIn(scorer.value)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: ["scorers", index, "value"],
        message: `the agent has no tool "${name}" (${didYouMean(name, known)})`,
      }));
  });
}

/** The tools of the agent a suite targets in the worktree; null when that is not known. */
async function toolsOf(project: Project, target: string | undefined): Promise<string[] | null> {
  try {
    const ref = target === undefined ? undefined : parseRef(target);
    if (ref?.kind !== "agents" || ref.point.type !== "worktree") return null;
    const content = await readArtifact(worktreeSource(project.root), { kind: "agents", name: ref.name });
    return content?.agent?.tools?.map((t) => t.name) ?? null;
  } catch (error) {
    // A broken file or ref is reported where it is.
    if (error instanceof AgentopsError) return null;
    throw error;
  }
}

/** Tool names in a scorer's value: a name, a list, `{ name }`, `{ steps }`; patterns are not names. */
function namesIn(value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((name) => name.trim());
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== "object" || value === null) return [];
  const { name, steps } = value as { name?: unknown; steps?: unknown };
  return [...(typeof name === "string" ? [name] : []), ...namesIn(steps)];
}
