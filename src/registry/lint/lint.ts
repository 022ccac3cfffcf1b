import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { type ArtifactFile, KINDS, PROMPT_FILE } from "../files.ts";
import { agentPrompt, agentSuites, guards, tools } from "./agents.ts";
import { notAllowed } from "./allow.ts";
import { completeness } from "./architecture/completeness.ts";
import { enforced } from "./architecture/enforced.ts";
import { handoffs } from "./architecture/handoffs.ts";
import { passingSuite } from "./architecture/passing-suite.ts";
import { sideEffects } from "./architecture/side-effects.ts";
import { expressions } from "./expressions.ts";
import type { LastVerdicts, LintContext, LintFile, Rule } from "./file.ts";
import { foreignSyntax } from "./foreign-syntax.ts";
import { models } from "./models.ts";
import { names, owners } from "./names.ts";
import { readForLint } from "./read.ts";
import { schemas } from "./schemas.ts";
import { secrets } from "./secrets.ts";
import { spelling } from "./spelling.ts";
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
  handoffs,
  sideEffects,
  completeness,
  passingSuite,
  enforced,
  schemas,
  expressions,
  spelling,
];

export interface LintOptions {
  /** NAME, `prompts/NAME`, `agents/NAME` or a prompt's file; every artifact when empty or absent. An agent brings its prompt. */
  only?: readonly string[] | undefined;
  /** Names of the project's suites, for the rule unknown-suite. */
  suites?: readonly string[] | undefined;
  /** Suites by the address that is their target, for the rules missing-suite and no-passing-suite. */
  judged?: LintContext["judged"];
  /** For the rule no-passing-suite. */
  verdicts?: LastVerdicts | undefined;
  /** Before a release: what is advice about a file of GitHub's is an error. */
  release?: boolean;
}

/**
 * Checks the artifacts of the worktree; needs no git and loads validators only for files that need them. Returns the
 * findings by file, line and column; throws ARTIFACT_NOT_FOUND or REF_INVALID for a name in `only`.
 *
 * Rules: unreadable, not-utf8, lfs-pointer, encrypted, merge-conflict, secret, yaml-syntax, schema, unknown-key, ignored-key,
 * name-mismatch, invalid-name, duplicate-name, missing-owner, unknown-provider, floating-model, deprecated-model, template-syntax,
 * undeclared-variable, unused-variable, user-in-system, literal-syntax, unknown-prompt, unknown-suite, duplicate-tool, unknown-tool,
 * unknown-guard, invalid-json-schema, invalid-cel, number-spelling, and those of architecture/. Advice that the config allows is left out.
 */
export async function lintArtifacts(
  project: Project,
  { only = [], suites, judged, verdicts, release = false }: LintOptions = {},
): Promise<Problem[]> {
  const source = worktreeSource(project);
  const artifacts = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const peer = peersIn(source, artifacts);
  const context: LintContext = { project, artifacts, suites, judged, verdicts, release, peer };
  const chosen = only.length === 0 ? artifacts : await chosenOf(source, artifacts, only);
  const linted = await Promise.all(chosen.map((artifact) => lintOne(source, artifact, context)));
  const prompts = only.length === 0 ? [] : promptsOf(linted, artifacts).filter((p) => !chosen.includes(p));
  const more = await Promise.all(prompts.map((artifact) => lintOne(source, artifact, context)));
  const problems = [...linted, ...more].flatMap((l) => l.problems);
  return problems.filter(notAllowed(project)).sort(byPlace);
}

/** Each is read once, however many agents hand over to it. */
function peersIn(source: Source, artifacts: readonly ArtifactFile[]): LintContext["peer"] {
  const read = new Map<string, Promise<LintFile | undefined>>();
  return (kind, name) => {
    const artifact = artifacts.find((a) => a.kind === kind && a.name === name);
    if (artifact === undefined) return Promise.resolve(undefined);
    const known = read.get(artifact.path) ?? readForLint(source, artifact).then(({ file }) => file);
    read.set(artifact.path, known);
    return known;
  };
}

interface Linted {
  file?: LintFile;
  problems: Problem[];
}

async function lintOne(source: Source, artifact: ArtifactFile, context: LintContext): Promise<Linted> {
  const read = await readForLint(source, artifact);
  const { file } = read;
  if (!file) return read;
  const found = (await Promise.all(RULES.map(async (rule) => rule(file, context)))).flat();
  // Of a file with mistakes only a part is looked at, and what is missing may be what was mistaken.
  const isWhole = !read.problems.some(({ severity }) => severity === "error");
  const isTold = ({ rule }: Problem) =>
    isWhole || !(rule.startsWith("missing-") || (rule === "unused-variable" && !hasTexts(file)));
  return { file, problems: [...read.problems, ...found.filter(isTold)] };
}

/** Whether every message has its text, in which a variable may be used. */
function hasTexts({ yaml }: LintFile): boolean {
  const messages = (yaml.value as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(messages) || messages.length === 0) return false;
  return messages.every((message: { content?: unknown } | null) => typeof message?.content === "string");
}

async function chosenOf(
  source: Source,
  artifacts: readonly ArtifactFile[],
  only: readonly string[],
): Promise<ArtifactFile[]> {
  const chosen = await Promise.all(
    only.map(async (text) => {
      if (PROMPT_FILE.test(text)) return [fileAt(artifacts, text)];
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

/** A prompt's file by its path from the project's root, also where no artifact is kept. */
function fileAt(artifacts: readonly ArtifactFile[], path: string): ArtifactFile {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(PROMPT_FILE, "");
  return artifacts.find((a) => a.path === path) ?? { kind: "prompts", name, path };
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

/** By file, line and column. */
export function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
