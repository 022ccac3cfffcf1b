import { join } from "node:path";
import type { Problem } from "../../core/problems.ts";
import { type Project, readText } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { readYaml } from "../../core/yaml.ts";
import { worktreeSource } from "../../registry/source.ts";
import { evaluatorProblems } from "../dataset/github-evaluators.ts";

/**
 * evaluator, github-evaluator: what `agentops eval FILE.prompt.yml` would refuse of a prompt's testData and evaluators. The built-in
 * evaluators of GitHub are advice: the prompt itself is as good without them. What is no prompt file is judged elsewhere.
 */
export async function lintEvaluators(project: Project, only: readonly string[]): Promise<Problem[]> {
  const wanted = only.map(parseRef).filter(({ kind }) => kind !== "agents");
  const files = await worktreeSource(project.root).list("prompts");
  const chosen = only.length === 0 ? files : files.filter((file) => wanted.some(({ name }) => name === file.name));
  const found = await Promise.all(
    chosen.map(async ({ path }) => {
      const text = await readText(join(project.root, path)).catch(() => undefined);
      const yaml = text === undefined ? undefined : readYaml(text, path).yaml;
      if (yaml === undefined || typeof yaml.value !== "object" || yaml.value === null) return [];
      if (!("evaluators" in yaml.value)) return [];
      return evaluatorProblems(yaml).problems;
    }),
  );
  return found.flat().map((one) => (one.rule === "github-evaluator" ? { ...one, severity: "warning" as const } : one));
}
