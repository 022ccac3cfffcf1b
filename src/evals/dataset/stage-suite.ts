import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { caseOf, type CaseRecord, readCases, readMappedCases } from "./cases.ts";
import { type RecordedOutputs, stageOutputs } from "./outputs.ts";
import { invalid } from "./records.ts";
import { matches, type Selection } from "./selection.ts";
import type { Stage } from "./stage.store.ts";
import { dataFile, type LoadedSuite } from "./suite.ts";

export interface Staged {
  /** Cases in the dataset before filter and sample. */
  total: number;
  warnings: string[];
  outputsWithoutCase: number;
}

/**
 * Reads the cases a suite selects, and the recorded outputs, into the stage. Every case is checked before the first is
 * run: `check` renders it. Throws DATASET_INVALID, RENDER_FAILED with file and line, NO_CASES.
 */
export async function stageSuite(
  stage: Stage,
  project: Project,
  suite: LoadedSuite,
  outputs: RecordedOutputs | null,
  selection: Selection,
  check: (vars: Record<string, unknown>) => void,
): Promise<Staged> {
  const file = datasetName(project, suite);
  let total = 0;
  for await (const { case: evalCase, line } of casesOf(project, suite)) {
    total += 1;
    const wanted = matches(evalCase, selection);
    if (!wanted) continue;
    const added = stage.addCase(evalCase, line);
    // Recordings repeat a case once a trial; the same case again is no second case.
    if (added.result === "same" && outputs?.mapping.trial !== undefined) continue;
    if (added.result !== "added") throw duplicate(file, line, evalCase.id, added);
    checked(file, line, evalCase.id, () => {
      check(evalCase.vars);
    });
  }
  if (selection.sample !== undefined) stage.keepSample(selection.sample);
  if (stage.count() === 0) throw noCases(file, total, selection);
  if (outputs !== null) await stageOutputs(stage, dataFile(project, project.root, outputs.file), outputs.mapping);
  return { total, ...unmatched(stage, selection, outputs) };
}

/** Outputs without a case matter only when every case was selected. */
function unmatched(stage: Stage, selection: Selection, outputs: RecordedOutputs | null): Omit<Staged, "total"> {
  if (outputs === null || selection.filters.length > 0 || selection.sample !== undefined)
    return { warnings: [], outputsWithoutCase: 0 };
  const { count, examples } = stage.outputsWithoutCase();
  if (count === 0) return { warnings: [], outputsWithoutCase: 0 };
  const warning = `${outputs.file}: ${count} outputs belong to no case of the dataset (${examples.join(", ")}${count > examples.length ? ", …" : ""})`;
  return { warnings: [warning], outputsWithoutCase: count };
}

async function* casesOf(project: Project, suite: LoadedSuite): AsyncGenerator<CaseRecord> {
  const { dataset, cases } = suite.spec;
  if (cases !== undefined) {
    yield* cases.map((spec, i) => ({ case: caseOf(spec, i + 1), line: suite.yaml.locate(["cases", i]).line }));
  } else if (typeof dataset === "string") {
    yield* readCases(dataFile(project, suite.baseDir, dataset));
  } else if (dataset !== undefined) {
    yield* readMappedCases(dataFile(project, suite.baseDir, dataset.file), dataset);
  }
}

function datasetName(project: Project, { spec, file, baseDir }: LoadedSuite): string {
  if (spec.dataset === undefined) return file;
  return dataFile(project, baseDir, typeof spec.dataset === "string" ? spec.dataset : spec.dataset.file).file;
}

function duplicate(file: string, line: number, id: string, found: { result: string; line: number }): AgentopsError {
  const hint =
    found.result === "same"
      ? "remove one, or map the trial: outputs: { …, trial: PATH }"
      : "ids pair cases between runs, so each is used once";
  return invalid(file, line, `duplicate case id "${id}" (first on line ${found.line})`, hint);
}

function checked(file: string, line: number, id: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    throw new AgentopsError(error.code, `${file}:${line}: case "${id}": ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

function noCases(file: string, total: number, selection: Selection): AgentopsError {
  if (total === 0)
    return new AgentopsError("NO_CASES", `${file}: the dataset is empty`, {
      hint: "a suite that judges nothing must not pass",
    });
  const filters = selection.filters.map((f) => `${f.key}=${f.value}`).join(", ");
  return new AgentopsError("NO_CASES", `no case matches ${filters} (of ${total} in ${file})`, {
    hint: "filter by id, tag, cluster or a variable's name",
  });
}
