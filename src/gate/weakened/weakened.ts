import { dirname, join } from "node:path";
import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { displayPath, type Project } from "../../core/project.ts";
import { readYaml } from "../../core/yaml.ts";
import { maxErrorRateOf } from "../../evals/result/trial-errors.ts";
import { promptSuiteOf } from "../../evals/dataset/prompt-suite.ts";
import { isSuiteFile, type LoadedSuite, suiteOf } from "../../evals/dataset/suite.ts";
import type { ChangedArtifact, Changes } from "../../registry/changes/changed.ts";
import { PROMPT_FILE } from "../../registry/files.ts";
import { affectedSuites } from "../affected.ts";
import { type WeakChange, type WeakenedSuite } from "./weak-change.ts";
import { weakerBounds } from "./weaker-bounds.ts";
import { weakerCases } from "./weaker-cases.ts";
import { weakerScorers } from "./weaker-scorers.ts";

/**
 * The suites that ask for less on this branch than at the merge base, and how: a change that is judged by a yardstick it has
 * shortened itself. Suites are told by name; one that was not valid then is not compared.
 */
export async function weakenedSuites(
  project: Project,
  changes: Changes,
  suites: readonly LoadedSuite[],
): Promise<WeakenedSuite[]> {
  const before = await suitesBefore(project, changes, suites);
  const weakened: WeakenedSuite[] = [];
  for (const suite of before) {
    const now = suites.find(({ spec }) => spec.name === suite.spec.name);
    const ways = now === undefined ? [{ code: "suite-removed" } as const] : await weaker(project, changes, suite, now);
    const unjudged = now === undefined ? [] : notJudged(changes, suite, now);
    const all = [...ways, ...unjudged];
    if (all.length > 0) weakened.push({ suite: suite.spec.name, file: (now ?? suite).file, changes: all });
  }
  return [...weakened, ...(await moreErrors(project, changes))];
}

async function weaker(
  project: Project,
  changes: Changes,
  before: LoadedSuite,
  after: LoadedSuite,
): Promise<WeakChange[]> {
  const cases = await weakerCases(project, changes, before, after);
  if (before.digest === after.digest) return cases;
  return [...weakerScorers(before.spec, after.spec), ...weakerBounds(before.spec, after.spec), ...cases];
}

/** Changed artifacts that a suite judged then and does not judge now; one that was deleted has nothing to judge. */
function notJudged({ artifacts }: Changes, before: LoadedSuite, after: LoadedSuite): WeakChange[] {
  return artifacts
    .filter(({ change }) => change !== "deleted")
    .filter((artifact) => affectedSuites([atBase(artifact)], [before]).length > 0)
    .filter((artifact) => affectedSuites([artifact], [after]).length === 0)
    .map(({ address }) => ({ code: "not-judged", artifact: address }));
}

function atBase(artifact: ChangedArtifact): ChangedArtifact {
  return { ...artifact, address: artifact.from ?? artifact.address, candidate: artifact.control };
}

/** Suites as they were at the merge base; where its file is as it was, a suite is the one of now. */
async function suitesBefore(
  project: Project,
  { before }: Changes,
  now: readonly LoadedSuite[],
): Promise<LoadedSuite[]> {
  const files = [
    ...(await before.changed("evals", isSuiteFile)),
    // A prompt file carries a suite where there is no suite file.
    ...(now.some(({ file }) => isSuiteFile(file))
      ? []
      : await before.changed("prompts", (file) => PROMPT_FILE.test(file))),
  ].sort();
  const suites = now.filter(({ file }) => !files.includes(file));
  for (const file of files) {
    const text = await before.read(file);
    const suite = text === undefined ? null : await suiteIn(project, file, text);
    if (suite !== null) suites.push(suite);
  }
  return suites;
}

/** Null for a file that was no suite, or none that was valid. */
async function suiteIn(project: Project, file: string, text: string): Promise<LoadedSuite | null> {
  const path = join(project.root, file);
  const bytes = Buffer.from(text);
  try {
    if (!isSuiteFile(file)) return await promptSuiteOf(project, path, bytes);
    const { spec, yaml, value } = suiteOf(text, file);
    return { spec, yaml, file, baseDir: dirname(path), digest: digestOf(value), bytes };
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    return null;
  }
}

/** A share of trials that may end in an error, from then to now. */
async function moreErrors(project: Project, { before }: Changes): Promise<WeakenedSuite[]> {
  const file = displayPath(project.root, project.configFile);
  const text = await before.read(file);
  const config = text === undefined ? undefined : readYaml(text, file).yaml?.value;
  const limits = (config as { limits?: { maxErrorRate?: unknown } } | null | undefined)?.limits;
  if (config === undefined) return [];
  const was = typeof limits?.maxErrorRate === "number" ? limits.maxErrorRate : maxErrorRateOf({ config: {} });
  const is = maxErrorRateOf(project);
  return is > was ? [{ suite: null, file, changes: [{ code: "more-errors", before: was, after: is }] }] : [];
}
