import { relative } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import type { LoadedArtifact } from "../../registry/artifact.ts";
import { loadArtifact, pinned } from "../../registry/versions/load.ts";
import { tamperingIn, verifyVersion } from "../../registry/versions/verify.ts";
import { OWN_MAPPING } from "../dataset/outputs.ts";
import type { RunSpec } from "./run-spec.ts";
import { SCORING } from "../../scorers/scoring.ts";
import { dataFile, type LoadedSuite } from "../dataset/suite.ts";

export interface PlanOptions {
  /** Ref that replaces the suite's target. */
  target?: string | undefined;
  /** Model pin that replaces the target's. */
  model?: string | undefined;
  /** File of recorded outputs, relative to `cwd`, scored with the suite's mapping. */
  outputs?: string | undefined;
  trials?: number | undefined;
  /** Ask the agent's fallback models where the provider of its own fails; not unless told, since a verdict has no use for them. */
  fallback?: boolean;
  cwd: string;
}

/** Decides what a run is made of: target, model, outputs, trials. Reads the target; runs nothing. */
export async function planRun(project: Project, suite: LoadedSuite, options: PlanOptions): Promise<RunSpec> {
  const outputs = outputsOf(project, suite, options);
  const ref = options.target ?? suite.spec.target;
  const target = ref === undefined ? (suite.prompt ?? null) : await loadTarget(project, ref);
  const model = outputs === null ? modelOf(suite, target, options) : "outputs";
  return {
    suite: suite.spec,
    suiteFile: suite.file,
    suiteDigest: suite.digest,
    baseDir: relative(project.root, suite.baseDir),
    target: target === null ? null : freeze(target),
    targetRef: target?.address ?? outputs?.file ?? suite.file,
    model,
    ...fallbacksOf(target, model, options),
    trials: options.trials ?? suite.spec.trials ?? (outputs === null ? 1 : 0),
    outputs,
    scorers: [],
    scoring: SCORING,
    outputsWithoutCase: 0,
  };
}

/** What a version's numbers would be told of must be what was published under its name. Throws POLICY_REFUSED, as `promote` does. */
async function loadTarget(project: Project, typed: string): Promise<LoadedArtifact> {
  const ref = await pinned(project, parseRef(typed));
  const target = await loadArtifact(project, ref);
  if (ref.point.type !== "version") return target;
  const version = `v${ref.point.number}`;
  const verification = await verifyVersion(project, ref);
  const problems = tamperingIn(verification);
  if (problems.length === 0) return target;
  const named = `${target.address}@${version}`;
  throw new AgentopsError("POLICY_REFUSED", `${named} is not what was published: ${problems.join("; ")}`, {
    hint: `agentops verify ${named}   or evaluate the commit itself: --target ${target.address}@${verification.commit.slice(0, 12)}`,
    details: { ref: named, reasons: problems },
  });
}

function outputsOf(project: Project, { spec, baseDir }: LoadedSuite, options: PlanOptions): RunSpec["outputs"] {
  const given = spec.outputs;
  if (options.outputs === undefined && given === undefined) return null;
  const { file: named, ...mapped } = given === undefined || typeof given === "string" ? { file: given } : given;
  const mapping = "case" in mapped ? mapped : OWN_MAPPING;
  const data =
    options.outputs === undefined
      ? dataFile(project, baseDir, named ?? "")
      : dataFile(project, options.cwd, options.outputs);
  return { file: data.file, mapping };
}

function modelOf(suite: LoadedSuite, target: LoadedArtifact | null, options: PlanOptions): string {
  const pin = options.model ?? suite.spec.model ?? target?.model;
  if (pin !== undefined) return pin;
  throw new AgentopsError("MODEL_UNKNOWN", `${target?.address ?? suite.file} names no model`, {
    hint: "add model: provider/model-snapshot to the prompt, the agent or the suite, or pass --model",
  });
}

/** They stand in for the agent's own model: nobody named any for one that replaces it. */
function fallbacksOf(
  target: LoadedArtifact | null,
  model: string,
  { fallback }: PlanOptions,
): Pick<RunSpec, "fallbacks"> {
  if (fallback !== true || target?.model !== model) return {};
  const others = new Set(target.agent?.fallbackModels ?? []);
  others.delete(model);
  return others.size === 0 ? {} : { fallbacks: [...others] };
}

function freeze({ address, version, commit, digest, prompt, agent }: LoadedArtifact): RunSpec["target"] {
  return { address, version, commit, digest, prompt, agent };
}
