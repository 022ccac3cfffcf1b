import { AgentopsError } from "../core/errors.ts";
import { displayPath, type Project } from "../core/project.ts";
import { allSuites, dataFile, findSuiteFiles, loadSuites, type LoadedSuite } from "../evals/dataset/suite.ts";
import type { Changes } from "../registry/changes/changed.ts";

/**
 * All suites; a project without one has nothing to measure with, which the verdict says. Where nothing is to be judged by them, one that is not
 * valid stops nobody, unless this branch made it so: it would be merged as a pass, and judge nothing from then on.
 * @param needed something is to be judged by them
 * @returns null where it cannot be told which suites there are
 */
export async function suitesOf(project: Project, changes: Changes, needed: boolean): Promise<LoadedSuite[] | null> {
  const files = await findSuiteFiles(project.root);
  try {
    return (await allSuites(project)).suites;
  } catch (error) {
    if (needed || !(error instanceof AgentopsError)) throw error;
    return files.length === 0 ? null : validOnes(project, changes, files);
  }
}

async function validOnes(project: Project, changes: Changes, files: readonly string[]): Promise<LoadedSuite[]> {
  const suites: LoadedSuite[] = [];
  for (const file of files) {
    try {
      suites.push(...(await loadSuites(project, [file], project.root)));
    } catch (error) {
      const own = displayPath(project.root, file);
      if (!(error instanceof AgentopsError) || (await changes.changedFiles([own])).length > 0) throw error;
    }
  }
  return suites;
}

/** The data set that a suite names. */
export function datasetOf(project: Project, { spec: { dataset }, baseDir }: LoadedSuite): string[] {
  if (dataset === undefined) return [];
  return [dataFile(project, baseDir, typeof dataset === "string" ? dataset : dataset.file).file];
}

/** Submodules that suites or their cases are in, and that are at another commit. */
export function submodulesOf(project: Project, changes: Changes, suites: readonly LoadedSuite[]): string[] {
  const files = suites.flatMap((suite) => [suite.file, ...datasetOf(project, suite)]);
  const isIn = (folder: string) => (path: string) => path === folder || path.startsWith(`${folder}/`);
  return changes.otherSubmodules.filter((path) => isIn("evals")(path) || files.some(isIn(path)));
}
