import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { caseOf, type CaseRecord, readCases, readMappedCases } from "./cases.ts";
import { type RecordedOutputs, stageOutputs } from "./outputs.ts";
import type { UsedFile } from "../inputs/inputs.ts";
import { type ContentReader, readContent } from "../../registry/git/blob.ts";
import { type DataFile, invalid, toldBlank } from "./records.ts";
import { matches, type Selection } from "./selection.ts";
import type { Stage } from "./stage.store.ts";
import { dataFile, type LoadedSuite } from "./suite.ts";

export interface Staged {
  /** Cases in the dataset before filter and sample; one that is repeated for each of its trials is one. */
  cases: number;
  warnings: string[];
  outputsWithoutCase: number;
  /** The files that were read. */
  used: UsedFile[];
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
  const data = datasetOf(project, suite);
  const file = data?.file ?? suite.file;
  let [total, repeated] = [0, 0];
  for await (const { case: evalCase, line } of casesOf(suite, data)) {
    total += 1;
    const wanted = matches(evalCase, selection);
    if (!wanted) continue;
    const added = stage.addCase(evalCase, line);
    // Recordings repeat a case once a trial; the same case again is no second case.
    if (added.result === "same" && outputs?.mapping.trial !== undefined) {
      repeated += 1;
      continue;
    }
    if (added.result !== "added") throw duplicate(file, line, evalCase.id, added);
    checked(file, line, evalCase.id, () => {
      check(evalCase.vars);
    });
  }
  if (selection.sample !== undefined) stage.keepSample(selection.sample);
  if (stage.count() === 0) throw noCases(file, total, selection);
  const recorded = outputs === null ? null : read(dataFile(project, project.root, outputs.file));
  if (outputs !== null && recorded !== null) await stageOutputs(stage, recorded, outputs.mapping);
  const used = [...usedFile("dataset", data), ...usedFile("outputs", recorded)];
  const { warnings, outputsWithoutCase } = unmatched(stage, selection, outputs);
  const told = [...blankWarnings([data, recorded]), ...warnings];
  return { cases: total - repeated, warnings: told, outputsWithoutCase, used };
}

type ReadFile = DataFile & { reader: ContentReader; blankRows: number[] };

function read(data: DataFile): ReadFile {
  const blankRows: number[] = [];
  return { ...data, reader: readContent(), blankRows, blank: (line) => blankRows.push(line) };
}

/** Rows of bare commas are no cases; who meant them as such must hear of it. */
function blankWarnings(files: readonly (ReadFile | null)[]): string[] {
  return files.flatMap((data) => {
    const told = data === null ? undefined : toldBlank(data.blankRows);
    return data === null || told === undefined ? [] : [`${data.file}: ${told}`];
  });
}

function usedFile(role: UsedFile["role"], data: ReadFile | null): UsedFile[] {
  return data === null ? [] : [{ role, path: data.path, content: data.reader.content() }];
}

/** Outputs without a case matter only when every case was selected. */
function unmatched(
  stage: Stage,
  selection: Selection,
  outputs: RecordedOutputs | null,
): Omit<Staged, "cases" | "used"> {
  if (outputs === null || selection.filters.length > 0 || selection.sample !== undefined)
    return { warnings: [], outputsWithoutCase: 0 };
  const { count, examples } = stage.outputsWithoutCase();
  if (count === 0) return { warnings: [], outputsWithoutCase: 0 };
  const warning = `${outputs.file}: ${count} ${count === 1 ? "output belongs" : "outputs belong"} to no case of the dataset (${examples.join(", ")}${count > examples.length ? ", …" : ""})`;
  return { warnings: [warning], outputsWithoutCase: count };
}

/** All cases of a suite, in order. @param data its dataset; null for cases that stand in the suite */
export async function* casesOf(
  { spec, yaml }: Pick<LoadedSuite, "spec" | "yaml">,
  data: DataFile | null,
): AsyncGenerator<CaseRecord> {
  const { dataset, cases } = spec;
  if (cases !== undefined) {
    yield* cases.map((one, i) => ({ case: caseOf(one, i + 1), line: yaml.locate(["cases", i]).line }));
  } else if (data !== null && dataset !== undefined) {
    yield* typeof dataset === "string" ? readCases(data) : readMappedCases(data, dataset);
  }
}

/** Null for cases that stand in the suite. */
function datasetOf(project: Project, { spec: { dataset }, baseDir }: LoadedSuite): ReadFile | null {
  if (dataset === undefined) return null;
  return read(dataFile(project, baseDir, typeof dataset === "string" ? dataset : dataset.file));
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
