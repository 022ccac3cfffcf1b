import { dirname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { plural } from "../../core/words.ts";
import type { Path, YamlFile } from "../../core/yaml.ts";
import { leastClusters } from "../../stats/planning/cluster-power.ts";
import type { Suite } from "../dataset/schema.ts";
import { casesOf } from "../dataset/stage-suite.ts";
import { dataFile } from "../dataset/suite.ts";

interface SuiteFile {
  spec: Suite;
  yaml: YamlFile;
  /** Absolute. */
  path: string;
}

/** The level at which `diff` and `gate` judge. */
const LEVEL = { alpha: 0.05, sides: 2 } as const;

/**
 * few-clusters: cases come in so few clusters that no comparison of two runs of them can decide anything. Cases are read until there are
 * enough, which for most datasets are the first few; what is broken in them is told by who reads them for a run.
 */
export async function lintClusters(project: Project, { spec, yaml, path }: SuiteFile): Promise<Problem[]> {
  const least = leastClusters(LEVEL);
  const found = await clustersOf(project, { spec, yaml, path }, least);
  if (found === null || !found.named || found.clusters >= least) return [];
  const { clusters, cases } = found;
  return [
    {
      severity: "warning",
      rule: "few-clusters",
      file: yaml.file,
      ...yaml.locate(placeOf(spec)),
      message: `${plural(cases, "case")} in ${plural(clusters, "cluster")}: a comparison of fewer than ${least} clusters can show no difference, however large`,
      hint: "add cases of other clusters, not more of the same; or leave cluster out where cases are independent of each other",
    },
  ];
}

/** What says which cluster a case is of. */
function placeOf({ dataset, cases }: Suite): Path {
  if (cases !== undefined) return ["cases"];
  return typeof dataset === "object" ? ["dataset", "cluster"] : ["dataset"];
}

/** Counted up to `enough`; a case that names none is one of its own. Null where cases cannot be read. */
async function clustersOf(
  project: Project,
  { spec, yaml, path }: SuiteFile,
  enough: number,
): Promise<{ clusters: number; named: boolean; cases: number } | null> {
  const names = new Set<string>();
  let [alone, cases] = [0, 0];
  const { dataset } = spec;
  const file = typeof dataset === "object" ? dataset.file : dataset;
  const data = file === undefined ? null : dataFile(project, dirname(path), file);
  try {
    for await (const { case: one } of casesOf({ spec, yaml }, data)) {
      cases += 1;
      if (one.cluster === null) alone += 1;
      else names.add(one.cluster);
      if (names.size + alone >= enough) break;
    }
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    return null;
  }
  return { clusters: names.size + alone, named: names.size > 0, cases };
}
