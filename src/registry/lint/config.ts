import { laxerRules } from "../../core/ladder.ts";
import type { Problem } from "../../core/problems.ts";
import { displayPath, type Project, readText } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import { unreplacedIn } from "../../core/unreplaced.ts";
import { readYaml } from "../../core/yaml.ts";
import { addressOf, KINDS } from "../files.ts";
import { ALLOWABLE } from "./allow.ts";
import { worktreeSource } from "../source.ts";
import { secretProblems } from "./secrets.ts";

/** What the config says that no schema can see. */
export async function lintConfig(project: Project): Promise<Problem[]> {
  const found = [unknownArtifacts(project), laxerOnes(project), inItsText(project), notAdvice(project)];
  return (await Promise.all(found)).flat();
}

/** A rule that is not there, or no advice, would be allowed in vain. */
async function notAdvice(project: Project): Promise<Problem[]> {
  const allow = project.config.lint?.allow ?? [];
  if (allow.every((rule) => ALLOWABLE.includes(rule))) return [];
  const file = displayPath(project.root, project.configFile);
  const { yaml } = readYaml(await readText(project.configFile), file);
  return allow.flatMap((rule, i): Problem[] => {
    if (ALLOWABLE.includes(rule)) return [];
    const at = yaml?.locate(["lint", "allow", i]) ?? { line: 1, column: 1 };
    const message = `lint.allow: no advice is called "${rule}" (${didYouMean(rule, ALLOWABLE)})`;
    return [{ severity: "error", rule: "unknown-rule", file, ...at, message }];
  });
}

/** Keys that stand in it, and variables that nothing here puts a value for. */
async function inItsText(project: Project): Promise<Problem[]> {
  const file = displayPath(project.root, project.configFile);
  const text = await readText(project.configFile);
  const { yaml } = readYaml(text, file);
  const { models, channels, store } = project.config;
  const unreplaced = unreplacedIn({ models, channels, store }).map(({ path, message, hint }): Problem => {
    const at = yaml?.locate(path) ?? { line: 1, column: 1 };
    return { severity: "error", rule: "unreplaced-variable", file, ...at, message, hint };
  });
  return [...secretProblems(project, text, file), ...unreplaced];
}

/** What may go to few could go to all. */
async function laxerOnes(project: Project): Promise<Problem[]> {
  const found = laxerRules(project.config);
  if (found.length === 0) return [];
  const file = displayPath(project.root, project.configFile);
  const { yaml } = readYaml(await readText(project.configFile), file);
  return found.map(({ environment, below, key, asks, belowAsks }) => ({
    severity: "error",
    rule: "policy-ladder",
    file,
    ...(yaml?.locate(["policy", environment, ...key.split(".")], "key") ?? { line: 1, column: 1 }),
    message: `policy.${environment} asks for less ${key} (${asks}) than policy.${below} (${belowAsks})`,
    hint: `ask for as much in ${environment}, or for less in ${below}`,
  }));
}

/** Settings for an artifact that is not there would be in force for nobody, and nobody would notice. */
async function unknownArtifacts(project: Project): Promise<Problem[]> {
  const { rollout, outcomes } = project.config;
  const named = [
    ...Object.keys(rollout?.artifacts ?? {}).map((name) => ["rollout", "artifacts", name]),
    ...Object.keys(outcomes ?? {}).map((name) => ["outcomes", name]),
  ];
  if (named.length === 0) return [];
  const source = worktreeSource(project.root);
  const listed = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const known = listed.flatMap(({ kind, name }) => [name, addressOf(kind, name)]);
  const file = displayPath(project.root, project.configFile);
  const { yaml } = readYaml(await readText(project.configFile), file);
  return named.flatMap((path): Problem[] => {
    const name = path.at(-1) ?? "";
    if (known.includes(name)) return [];
    const at = yaml?.locate(path, "key") ?? { line: 1, column: 1 };
    const message = `${path.slice(0, -1).join(".")}: no prompt or agent is called "${name}" (${didYouMean(name, known)})`;
    return [{ severity: "error", rule: "unknown-artifact", file, ...at, message }];
  });
}
