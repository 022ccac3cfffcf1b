import { join } from "node:path";
import type { Project } from "../../core/project.ts";
import { inputsOf, STANDING, type UsedFile, usedFile, withChanges } from "../inputs/inputs.ts";
import { judgeFiles, programFiles } from "../inputs/programs.ts";
import { dataFile, type LoadedSuite } from "../dataset/suite.ts";
import { contentOf } from "../../registry/git/blob.ts";
import { recordingsFile } from "./answering.ts";
import type { RunSpec } from "./run-spec.ts";

interface Answers {
  record?: boolean;
  live?: boolean;
}

/** The suite as it was read. */
export function suiteAsUsed(project: Project, { file, bytes }: LoadedSuite): UsedFile {
  return { role: "suite", path: dataFile(project, project.root, file).path, bytes, content: contentOf(bytes) };
}

/**
 * What is read while trials are run, as it stands now: what scorers run, and the recordings that may answer. The suite and its cases
 * are read once and frozen.
 */
export async function standingFiles(project: Project, spec: RunSpec, { record, live }: Answers): Promise<UsedFile[]> {
  const programs = await programFiles(spec.suite.scorers, join(project.root, spec.baseDir));
  for (const command of judgePrograms(project, spec)) programs.push(...(await judgeFiles(command, project.root)));
  const found = await Promise.all([...new Set(programs)].map((path) => usedFile("scorer", path)));
  const answering = record === true || live === true ? null : recordingsFile(project.root, spec.suite.name);
  const recording = answering === null ? null : await usedFile("recording", answering);
  return [...found, recording].filter((file) => file !== null);
}

/** Judges that are programs of the project; any other is known by its pin. */
function judgePrograms({ config }: Project, { suite }: RunSpec): string[][] {
  return suite.scorers.flatMap((scorer) => {
    const { model, provider: named } = scorer as { model?: string; provider?: string };
    const pin = model ?? named;
    const provider = pin === undefined ? undefined : config.models?.[pin.slice(0, pin.indexOf("/"))];
    return provider?.kind === "exec" ? [provider.command] : [];
  });
}

/** The run's inputs, where those that were not frozen are another than they were marked so; before it goes on, and when it ends. */
export async function inputsSince(project: Project, spec: RunSpec, answers: Answers): Promise<Pick<RunSpec, "inputs">> {
  const { inputs, outputs } = spec;
  if (inputs === undefined) return {};
  const standing = await standingFiles(project, spec, answers);
  const recorded =
    outputs === null ? null : await usedFile("outputs", dataFile(project, project.root, outputs.file).path);
  const now = [...standing, ...(recorded === null ? [] : [recorded])];
  if (now.length === 0 && !inputs.some(({ role }) => STANDING.includes(role))) return { inputs };
  return { inputs: withChanges(inputs, (await inputsOf(project, now)) ?? []) };
}
