import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { didYouMean } from "../core/suggest.ts";
import type { RunRow } from "../evals/run/runs.store.ts";
import type { RunStore } from "../state/runs.ts";
import { maxErrorRateOf } from "../evals/result/trial-errors.ts";
import { type ComparedRuns, compareRuns } from "./compare.ts";
import { contentChanges } from "./content.ts";
import { examplesOf } from "./examples.ts";
import { togetherIn } from "./together.ts";
import type { DiffFound, Note } from "./found.ts";
import { chooseRuns, namedSide, type NamedSide, withWorktree } from "./sides.ts";

export interface DiffOptions {
  /** Compare runs of this suite only. */
  suite?: string | undefined;
  /** Regressions, and improvements, carried with their outputs. */
  examples: number;
}

export interface DiffedSides {
  found: DiffFound;
  /** The runs compared; undefined when there were none, and only content was. */
  compared: ComparedRuns | undefined;
}

/**
 * Compares two refs or two runs: content always, metrics where both sides have a run. Without a candidate the control is compared
 * with what the worktree has of it. Throws what loading a ref or a run throws, and USAGE when two runs share no case.
 */
export async function diff(
  { project, store }: { project: Project; store: RunStore },
  controlName: string,
  candidateName: string | undefined,
  { suite, examples }: DiffOptions,
): Promise<DiffedSides> {
  const [before, after] =
    candidateName === undefined ? await withWorktree(project, controlName) : [controlName, candidateName];
  const control = await namedSide(project, store, before);
  const candidate = await namedSide(project, store, after);
  const content =
    control.content === null || candidate.content === null ? [] : contentChanges(control.content, candidate.content);
  if (suite !== undefined) requireSuite(suite, [...control.runs, ...candidate.runs]);
  const runs = chooseRuns(control.runs, candidate.runs, suite);
  if (runs === undefined) return { found: withoutRuns(control, candidate, content, suite), compared: undefined };
  const compared = compareRuns(store, ...runs, maxErrorRateOf(project));
  return {
    found: {
      schema: "agentops.diff/1",
      ...compared.comparison,
      // A run may be older than the version that was named.
      control: { ...compared.comparison.control, version: control.side.version ?? compared.comparison.control.version },
      candidate: {
        ...compared.comparison.candidate,
        version: candidate.side.version ?? compared.comparison.candidate.version,
      },
      content,
      examples: examplesOf(store, compared, examples),
    },
    compared,
  };
}

/** A suite nobody ran on either side is a typing error. */
function requireSuite(suite: string, runs: readonly RunRow[]): void {
  const known = [...new Set(runs.map((r) => r.suite))];
  if (known.includes(suite)) return;
  throw new AgentopsError("SUITE_NOT_FOUND", `no run of suite "${suite}" on either side`, {
    hint: known.length === 0 ? "agentops runs" : didYouMean(suite, known),
  });
}

function withoutRuns(
  control: NamedSide,
  candidate: NamedSide,
  content: DiffFound["content"],
  suite: string | undefined,
): DiffFound {
  const together = togetherIn(control.content, candidate.content, suite ?? null);
  return {
    schema: "agentops.diff/1",
    suite: suite ?? null,
    verdict: "inconclusive",
    control: control.side,
    candidate: candidate.side,
    paired: null,
    metrics: [],
    scorers: [],
    regressions: [],
    improvements: [],
    need: null,
    smallestDrop: null,
    changedTogether: together.changedTogether,
    notes: [...together.notes, missing(control, candidate, suite ?? null)],
    content,
    examples: [],
  };
}

function missing(control: NamedSide, candidate: NamedSide, suite: string | null): Note {
  if (control.side.digest !== null && control.side.digest === candidate.side.digest)
    return { code: "same-content", oneRun: control.runs.length === 1 };
  const name = ({ side }: NamedSide) => (side.version === null ? side.ref : `${side.ref}@${side.version}`);
  const of = [control, candidate].filter((s) => s.runs.length === 0).map(name);
  return of.length > 0 ? { code: "no-run", suite, of } : { code: "no-common-suite", suite };
}
