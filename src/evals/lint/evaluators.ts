import { join } from "node:path";
import type { Problem } from "../../core/problems.ts";
import { type Project, readText } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { readYaml } from "../../core/yaml.ts";
import { PROMPT_FILE } from "../../registry/files.ts";
import { worktreeSource } from "../../registry/source.ts";
import { evaluatorProblems } from "../dataset/github-evaluators.ts";

/**
 * evaluator: what `agentops eval FILE.prompt.yml` would refuse of a prompt's testData and evaluators. It is advice: the prompt itself is
 * as good without them. What is no prompt file is judged elsewhere.
 */
export async function lintEvaluators(project: Project, only: readonly string[]): Promise<Problem[]> {
  const listed = await worktreeSource(project.root).list("prompts");
  const paths = only.filter((text) => PROMPT_FILE.test(text));
  const named = only.filter((text) => !PROMPT_FILE.test(text)).map(parseRef);
  const meant = listed.filter((file) => named.some(({ kind, name }) => kind !== "agents" && name === file.name));
  const chosen = only.length === 0 ? listed : meant;
  const found = await Promise.all(
    [...chosen.map(({ path }) => path), ...paths].map(async (path) => {
      const text = await readText(join(project.root, path)).catch(() => undefined);
      const yaml = text === undefined ? undefined : readYaml(text, path).yaml;
      if (yaml === undefined || typeof yaml.value !== "object" || yaml.value === null) return [];
      if (!("evaluators" in yaml.value || "testData" in yaml.value)) return [];
      return evaluatorProblems(yaml).problems;
    }),
  );
  return found.flat().map((one) => ({ ...one, severity: "warning" as const }));
}
