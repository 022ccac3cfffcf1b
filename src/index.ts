/** The public SDK: the same functions that the commands call. */
export type { Clock } from "./core/clock.ts";
export { systemClock } from "./core/clock.ts";
export { AgentopsError, type ErrorCode, exitCodeOf } from "./core/errors.ts";
export { loadProject, type Project, type ProjectOptions } from "./core/project.ts";
export type { EvalContext } from "./evals/eval-context.ts";
export { lintProject, type Lint } from "./evals/lint.ts";
export { listRuns, type RunListing, showRun, type ShownRun } from "./evals/runs.ts";
export type { LoadedArtifact } from "./registry/artifact.ts";
export { listArtifacts, type ListedArtifact } from "./registry/list.ts";
export { loadArtifact } from "./registry/load.ts";
export { logVersions, type VersionEntry } from "./registry/log.ts";
export { publish, type PublishOptions, type PublishResult } from "./registry/publish.ts";
export { compilePrompt, type RenderedMessage } from "./registry/render.ts";
export { type Verification, verifyVersion } from "./registry/verify.ts";
export { evaluate, type EvaluateOptions } from "./release/evaluate.ts";
export type { EvaluatedRun, Evaluation } from "./release/evaluation.schema.ts";
export { openStore, type Store, storeFile, type StoreOptions } from "./state/store.ts";
