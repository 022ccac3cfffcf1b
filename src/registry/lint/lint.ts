import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { type ArtifactFile, KINDS } from "../files.ts";
import { agentPrompt, agentSuites, guards, tools } from "./agents.ts";
import { expressions } from "./expressions.ts";
import type { LintContext, LintFile, Rule } from "./file.ts";
import { foreignSyntax } from "./foreign-syntax.ts";
import { models } from "./models.ts";
import { names, owners } from "./names.ts";
import { readForLint } from "./read.ts";
import { schemas } from "./schemas.ts";
import { secrets } from "./secrets.ts";
import { systemVariables } from "./system-variables.ts";
import { variables } from "./variables.ts";
import { addressIn, notFound } from "../resolve.ts";
import { type Source, worktreeSource } from "../source.ts";

const RULES: readonly Rule[] = [
  names,
  owners,
  models,
  variables,
  systemVariables,
  foreignSyntax,
  secrets,
  agentPrompt,
  agentSuites,
  tools,
  guards,
  schemas,
  expressions,
];

export interface LintOptions {
  /** NAME, `prompts/NAME` or `agents/NAME`; every artifact when empty or absent. An agent brings its prompt. */
  only?: readonly string[] | undefined;
  /** Names of the project's suites, for the rule unknown-suite. */
  suites?: readonly string[] | undefined;
}

/**
 * Checks the artifacts of the worktree; needs no git and loads validators only for files that need them. Returns the
 * findings by file, line and column; throws ARTIFACT_NOT_FOUND or REF_INVALID for a name in `only`.
 *
 * Rules: unreadable, not-utf8, secret, yaml-syntax, schema, unknown-key, name-mismatch, duplicate-name, missing-owner, unknown-provider,
 * floating-model, deprecated-model, template-syntax, undeclared-variable, unused-variable, user-in-system, literal-syntax, unknown-prompt, unknown-suite,
 * duplicate-tool, unknown-tool, too-many-tools, unknown-guard, invalid-json-schema, invalid-cel.
 */
export async function lintArtifacts(project: Project, { only = [], suites }: LintOptions = {}): Promise<Problem[]> {
  const source = worktreeSource(project.root);
  const artifacts = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const context: LintContext = { project, artifacts, suites };
  const chosen = only.length === 0 ? artifacts : await chosenOf(source, artifacts, only);
  const linted = await Promise.all(chosen.map((artifact) => lintOne(source, artifact, context)));
  const prompts = only.length === 0 ? [] : promptsOf(linted, artifacts).filter((p) => !chosen.includes(p));
  const more = await Promise.all(prompts.map((artifact) => lintOne(source, artifact, context)));
  return [...linted, ...more].flatMap((l) => l.problems).sort(byPlace);
}

interface Linted {
  file?: LintFile;
  problems: Problem[];
}

async function lintOne(source: Source, artifact: ArtifactFile, context: LintContext): Promise<Linted> {
  const read = await readForLint(source, artifact);
  const { file } = read;
  if (!file) return read;
  const found = await Promise.all(RULES.map(async (rule) => rule(file, context)));
  return { file, problems: [...read.problems, ...found.flat()] };
}

async function chosenOf(
  source: Source,
  artifacts: readonly ArtifactFile[],
  only: readonly string[],
): Promise<ArtifactFile[]> {
  const chosen = await Promise.all(
    only.map(async (text) => {
      const ref = parseRef(text);
      if (ref.point.type !== "worktree") throw notHere(text, ref.name);
      const { kind, name } = await addressIn(source, ref);
      const files = artifacts.filter((a) => a.kind === kind && a.name === name);
      if (files.length === 0) throw await notFound(source, ref);
      return files;
    }),
  );
  return [...new Set(chosen.flat())];
}

function notHere(text: string, name: string): AgentopsError {
  return new AgentopsError("REF_INVALID", `only the worktree can be checked and published, not ${text}`, {
    hint: `leave out the part after the name: ${name}`,
  });
}

function promptsOf(linted: readonly Linted[], artifacts: readonly ArtifactFile[]): ArtifactFile[] {
  const named = new Set(linted.map((l) => l.file?.agent?.prompt));
  return artifacts.filter((a) => a.kind === "prompts" && named.has(a.name));
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
