import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parsePin } from "../../core/refs.ts";
import type { LoadedSuite } from "../../evals/dataset/suite.ts";
import { isRunName } from "../../evals/run/runs.store.ts";
import type { LoadedArtifact } from "../../registry/artifact.ts";
import { floatingReason } from "../../registry/lint/floating.ts";
import { changedParts, type Part } from "../../registry/parts.ts";
import { loadArtifact } from "../../registry/versions/load.ts";
import type { Level } from "./schema.ts";

/** One version of a 2 × 2, as named and as it was read. */
export interface PlannedVersion {
  ref: string;
  artifact: LoadedArtifact;
  model: string;
}

export interface FactorialPlan {
  suite: LoadedSuite;
  versions: Record<Level, PlannedVersion>;
  changed: Part[];
}

/**
 * Decides whether two versions can be crossed with their models: one artifact, two pinned models, and something else that changed. Throws
 * USAGE where there is nothing to tell apart or a suite that cannot, MODEL_UNKNOWN, and what loading a ref throws.
 */
export async function planFactorial(
  project: Project,
  suite: LoadedSuite,
  { control, target }: { control: string; target: string | undefined },
): Promise<FactorialPlan> {
  refuseSuite(suite);
  if (isRunName(control))
    throw usage(`${control} is a run, and a run has one model`, "name a version: --control NAME@v1");
  const versions = {
    control: await versionOf(project, control),
    candidate: await versionOf(project, target ?? suite.spec.target ?? ""),
  };
  const changed = changedParts(partedOf(versions.control), partedOf(versions.candidate));
  refusePlan(suite, versions, changed);
  return { suite, versions, changed };
}

/** The versions of a plan; --resume finds them as they were, or not at all. */
export async function versionOf(project: Project, ref: string): Promise<PlannedVersion> {
  const artifact = await loadArtifact(project, ref);
  const { model, address, prompt, agent } = artifact;
  if (model === undefined) {
    const hint = "add model: provider/model-snapshot to the prompt or the agent";
    throw new AgentopsError("MODEL_UNKNOWN", `${ref} names no model`, { hint });
  }
  const { provider } = parsePin(model);
  const kind = project.config.models?.[provider]?.kind ?? provider;
  const allowed = agent?.allowFloating ?? prompt.agentops?.allowFloating ?? false;
  const reason = allowed ? null : floatingReason(model, kind);
  if (reason !== null) throw usage(`${address}: ${reason}`, "pin it: what floats between two cells is no effect");
  return { ref, artifact, model };
}

function refuseSuite({ spec, file, yaml }: LoadedSuite): void {
  const at = (key: string) => {
    const { line, column } = yaml.locate([key]);
    return `${file}:${line}:${column}`;
  };
  if (spec.outputs !== undefined) {
    throw usage(
      `${at("outputs")}: recorded outputs are scored: no version and no model is asked`,
      "agentops eval --outputs FILE --control RUN compares two files of them",
    );
  }
  if (spec.model === undefined) return;
  throw usage(
    `${at("model")}: the suite has a model of its own, which answers for every version`,
    "take model: out of the suite",
  );
}

function refusePlan(
  { spec }: LoadedSuite,
  { control, candidate }: FactorialPlan["versions"],
  changed: readonly Part[],
): void {
  const compare = `agentops eval ${spec.name} --control ${control.ref} --target ${candidate.ref}`;
  if (control.artifact.address !== candidate.artifact.address) {
    const both = `${control.artifact.address} and ${candidate.artifact.address}`;
    throw usage(`${both} are two artifacts, not two versions of one`, `--control ${candidate.artifact.address}@v1`);
  }
  if (changed.length === 0)
    throw usage(`${control.ref} and ${candidate.ref} answer alike: nothing changed`, "agentops log lists the versions");
  if (!changed.includes("model"))
    throw usage(`both versions answer with ${control.model}: there are no two models to cross`, compare);
  if (changed.length === 1) throw usage("only the model changed: there is nothing to tell it apart from", compare);
}

function partedOf({ artifact, model }: PlannedVersion) {
  return { prompt: artifact.prompt, agent: artifact.agent, model };
}

function usage(message: string, hint: string): AgentopsError {
  return new AgentopsError("USAGE", message, { hint });
}
