import { join } from "node:path";
import type { Project } from "../../core/project.ts";
import { inputsOf, type UsedFile, usedFile, type UsedModel, withChanges } from "../inputs/inputs.ts";
import { commandsFiles, programFiles } from "../inputs/programs.ts";
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
  const asked = askedModels(spec);
  programs.push(...(await filesBehind(project, asked.filter(({ role }) => role === "judge")))); // prettier-ignore
  const found = await Promise.all([...new Set(programs)].map((path) => usedFile("scorer", path)));
  const answering = record === true || live === true ? null : recordingsFile(project.root, spec.suite.name);
  const recording = answering === null ? null : await usedFile("recording", answering);
  return [...found, ...(await agentFiles(project, asked)), recording].filter((file) => file !== null);
}

/** What a run asks: the model of what it judges, unless its outputs are recorded, and the judges of its scorers. */
export function askedModels({ suite, model, outputs }: RunSpec): UsedModel[] {
  const judges = suite.scorers.flatMap((scorer) => {
    const { model: named, provider } = scorer as { model?: string; provider?: string };
    const pin = named ?? provider;
    return pin === undefined ? [] : [pin];
  });
  const own: UsedModel[] = outputs === null ? [{ role: "model", pin: model }] : [];
  return [...own, ...[...new Set(judges)].map((pin): UsedModel => ({ role: "judge", pin }))];
}

/** The run's answers are made by these as they stand now: who answers, and the files of a program that does. */
export async function answeringNow(project: Project, spec: RunSpec): Promise<RunSpec["inputs"]> {
  const own = askedModels(spec).filter(({ role }) => role === "model");
  return inputsOf(project, await agentFiles(project, own), own);
}

async function agentFiles(project: Project, asked: readonly UsedModel[]): Promise<UsedFile[]> {
  const paths = await filesBehind(project, asked.filter(({ role }) => role === "model")); // prettier-ignore
  const found = await Promise.all([...new Set(paths)].map((path) => usedFile("agent", path)));
  return found.filter((file) => file !== null);
}

/** Of what answers by a program of the project; anything else is known by what the config says of it. */
async function filesBehind({ config, root }: Project, asked: readonly UsedModel[]): Promise<string[]> {
  const providers = asked.map(({ pin }) => config.models?.[pin.slice(0, pin.indexOf("/"))]);
  const commands = providers.flatMap((provider) => (provider?.kind === "exec" ? [provider.command] : []));
  return (await Promise.all(commands.map((command) => commandsFiles(command, root)))).flat();
}

/** The run's inputs, where those that were not frozen are another than they were marked so; before it goes on, and when it ends. */
export async function inputsSince(project: Project, spec: RunSpec, answers: Answers): Promise<Pick<RunSpec, "inputs">> {
  const { inputs, outputs } = spec;
  if (inputs === undefined) return {};
  const standing = await standingFiles(project, spec, answers);
  const recorded =
    outputs === null ? null : await usedFile("outputs", dataFile(project, project.root, outputs.file).path);
  const now = [...standing, ...(recorded === null ? [] : [recorded])];
  return { inputs: withChanges(inputs, (await inputsOf(project, now, askedModels(spec))) ?? []) };
}
