import type { Project } from "../../core/project.ts";
import type { Store } from "../../state/store.ts";
import { type ComparedRuns, compareRuns } from "./compare.ts";
import { contentChanges } from "./content.ts";
import { examplesOf } from "./examples.ts";
import { chooseRuns } from "./run-pair.ts";
import type { DiffDocument } from "./schema.ts";
import { namedSide, type NamedSide } from "./sides.ts";

export interface DiffOptions {
  /** Compare runs of this suite only. */
  suite?: string | undefined;
  /** Regressions, and improvements, carried with their outputs. */
  examples: number;
}

export interface Diffed {
  document: DiffDocument;
  /** The runs compared; undefined when there were none, and only content was. */
  compared: ComparedRuns | undefined;
}

/**
 * Compares two refs or two runs: content always, metrics where both sides have a run. Throws what loading a ref or a run
 * throws, and USAGE when two runs share no case.
 */
export async function diff(
  { project, store }: { project: Project; store: Store },
  controlName: string,
  candidateName: string,
  { suite, examples }: DiffOptions,
): Promise<Diffed> {
  const control = await namedSide(project, store, controlName);
  const candidate = await namedSide(project, store, candidateName);
  const content =
    control.content === null || candidate.content === null ? [] : contentChanges(control.content, candidate.content);
  const runs = chooseRuns(control.runs, candidate.runs, suite);
  if (runs === undefined) return { document: withoutRuns(control, candidate, content, suite), compared: undefined };
  const compared = compareRuns(store, ...runs);
  return {
    document: {
      schema: "agentops.diff/1",
      ...compared.comparison,
      content,
      examples: examplesOf(store, compared, examples),
    },
    compared,
  };
}

function withoutRuns(
  control: NamedSide,
  candidate: NamedSide,
  content: DiffDocument["content"],
  suite: string | undefined,
): DiffDocument {
  return {
    schema: "agentops.diff/1",
    suite: suite ?? null,
    verdict: "inconclusive",
    control: control.side,
    candidate: candidate.side,
    paired: null,
    metrics: [],
    regressions: [],
    improvements: [],
    need: null,
    notes: [missing(control, candidate, suite)],
    content,
    examples: [],
  };
}

function missing(control: NamedSide, candidate: NamedSide, suite: string | undefined): string {
  const of = suite === undefined ? "" : ` of suite ${suite}`;
  if (control.side.digest !== null && control.side.digest === candidate.side.digest)
    return `both sides have the same content${control.runs.length === 1 ? " and one run" : ""}: there is nothing to compare`;
  const name = ({ side }: NamedSide) => (side.version === null ? side.ref : `${side.ref}@${side.version}`);
  const without = [control, candidate].filter((s) => s.runs.length === 0).map(name);
  if (without.length > 0)
    return `nothing was measured: no complete run${of} of ${without.join(" and ")}; agentops eval SUITE --target ${without[0] ?? ""}`;
  return `nothing was measured: the sides have no run of the same suite${of === "" ? "" : ` (${suite ?? ""})`}`;
}
