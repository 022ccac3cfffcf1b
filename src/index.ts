/**
 * The public SDK: the use cases that the commands call, and what an agent's own process uses. What decides in codes and numbers is given
 * out as the documents that `--json` prints.
 */
import { calibrate as calibrateJudge, type CalibrateOptions } from "./evals/calibration/calibrate.ts";
import type { Labels } from "./evals/calibration/labels.ts";
import type { Calibration } from "./evals/calibration/schema.ts";
import type { LoadedSuite } from "./evals/dataset/suite.ts";
import type { EvalContext } from "./evals/run/context.ts";
import { type ComparedRuns } from "./comparison/compare.ts";
import { diff as diffSides, type DiffOptions } from "./comparison/diff.ts";
import type { DiffDocument } from "./comparison/schema.ts";
import type { Place } from "./core/refs.ts";
import type { Project } from "./core/project.ts";
import { evaluate as evaluateSuites, type EvaluateOptions } from "./gate/evaluate.ts";
import type { Evaluation } from "./gate/evaluation.schema.ts";
import { gate as gateBranch, type GateOptions } from "./gate/gate.ts";
import type { GateDocument } from "./gate/gate.schema.ts";
import { heldBy } from "./kill/held.ts";
import type { Switchboard } from "./kill/switchboard.ts";
import type { ReleaseContext } from "./operations/context.ts";
import { promote as promoteVersion, type PromoteOrder } from "./operations/promote.ts";
import type { ReleaseDocument } from "./operations/release.schema.ts";
import { type ImportRequest as FullImportRequest, importObservations as importLines } from "./observations/import.ts";
import type { ObservedDocument } from "./observations/schema.ts";
import { tellEnds } from "./operations/tell-ends.ts";
import { turningRecorder } from "./operations/record.ts";
import { advance, type Asked, watchRollout, type WatchRequest } from "./operations/watch.ts";
import {
  type EvidenceOptions,
  type ExportedEvidence,
  exportEvidence as exportJudged,
} from "./policy/evidence/export-evidence.ts";
import { diffDocument } from "./report/diff/document.ts";
import { doctorDocument } from "./report/doctor/document.ts";
import { evaluationDocument, runDocument } from "./report/evaluation/document.ts";
import { type FactorialOptions, runFactorial } from "./comparison/factorial/factorial.ts";
import type { FactorialDocument } from "./comparison/factorial/schema.ts";
import { factorialDocument } from "./report/factorial/document.ts";
import { gateDocument } from "./report/gate/document.ts";
import { calibrationDocument } from "./report/judge/document.ts";
import { rolloutDocument } from "./report/rollout/document.ts";
import { reasonText } from "./report/rollout/reasons.ts";
import { statusDocument } from "./report/status/document.ts";
import { needRollout, type Rollout } from "./rollout/rollouts.store.ts";
import type { RolloutDocument } from "./rollout/schema.ts";
import type { Turn } from "./rollout/turn.ts";
import { rolloutView } from "./rollout/view.ts";
import type { RunStore } from "./state/runs.ts";
import type { Store } from "./state/store.ts";
import type { StatusDocument } from "./status/schema.ts";
import { doctor as examine, type DoctorRequest } from "./upkeep/doctor/doctor.ts";
import type { DoctorDocument } from "./upkeep/doctor/schema.ts";
import { status as statusNow, type StatusRequest } from "./status/status.ts";

export type { Clock } from "./core/clock.ts";
export { systemClock } from "./core/clock.ts";
export { AgentopsError, type ErrorCode, exitCodeOf } from "./core/errors.ts";
export { initProject, type InitResult } from "./core/init.ts";
export { loadProject, type Project, type ProjectOptions } from "./core/project.ts";
export type { Place } from "./core/refs.ts";
export { fileAddress, storeAddress, type StoreAddress } from "./state/address.ts";
export { openRuns, type RunStore } from "./state/runs.ts";
export { openStore } from "./state/open.ts";
export type { Store, StoreOptions } from "./state/store.ts";

// An engineer: prompts as versions, and runs.
export { lintProject, type Lint } from "./evals/lint/lint.ts";
export { listRuns, type RunListing, showRun, type ShownRun, exportRun } from "./evals/result/runs.ts";
export type { EvalContext } from "./evals/run/context.ts";
export { type OfflineAnswer, offlineAnswers } from "./evals/run/offline-answers.ts";
export type { LoadedArtifact } from "./registry/artifact.ts";
export { publish, type PublishOptions, type PublishResult } from "./registry/publish/publish.ts";
export { compilePrompt, type RenderedMessage } from "./registry/render/render.ts";
export { listArtifacts, type ListedArtifact } from "./registry/versions/list.ts";
export { loadArtifact } from "./registry/versions/load.ts";
export { logVersions, type VersionEntry } from "./registry/versions/log.ts";
export { type Verification, verifyVersion } from "./registry/versions/verify.ts";

export async function evaluate(context: EvalContext, options: EvaluateOptions): Promise<Evaluation> {
  return evaluationDocument(await evaluateSuites(context, options));
}

/** Both versions with both models, on the same cases. Throws USAGE for two that cannot be crossed. */
export async function factorial(context: EvalContext, options: FactorialOptions): Promise<FactorialDocument> {
  return factorialDocument(await runFactorial(context, options));
}
export type { FactorialDocument } from "./comparison/factorial/schema.ts";
export type { FactorialOptions } from "./comparison/factorial/factorial.ts";

export async function calibrate(
  context: EvalContext,
  suite: LoadedSuite,
  labels: Labels,
  options: Omit<CalibrateOptions, "word"> = {},
): Promise<Calibration> {
  return calibrateJudge(context, suite, labels, { ...options, word: calibrationDocument });
}
export { readLabels } from "./evals/calibration/labels.ts";
export { loadSuites } from "./evals/dataset/suite.ts";

export interface Diffed {
  document: DiffDocument;
  /** The runs compared; undefined when there were none, and only content was. */
  compared: ComparedRuns | undefined;
}

export async function diff(
  context: { project: Project; store: RunStore },
  control: string,
  candidate: string | undefined,
  options: DiffOptions,
): Promise<Diffed> {
  const { found, compared } = await diffSides(context, control, candidate, options);
  return { document: diffDocument(found), compared };
}

// A CI job.
export async function gate(context: EvalContext, options: GateOptions): Promise<GateDocument> {
  return gateDocument(await gateBranch(context, options));
}
export type { EvaluatedRun, Evaluation } from "./gate/evaluation.schema.ts";
export type { EvaluateOptions } from "./gate/evaluate.ts";
export type { GateOptions } from "./gate/gate.ts";
export type { GateDocument } from "./gate/gate.schema.ts";
export type { DiffOptions } from "./comparison/diff.ts";
export type { DiffDocument } from "./comparison/schema.ts";

// A release manager.
export { approvalsIn } from "./approvals/list.ts";
export { type ApprovalOrder, approve } from "./operations/approve.ts";
export type { ReleaseContext } from "./operations/context.ts";
export { historyOf } from "./operations/history/history.ts";
export type { HistoryDocument } from "./operations/history/schema.ts";
export { operate as operateCanary, type Operation } from "./operations/operate.ts";
export type { PromoteOrder } from "./operations/promote.ts";
export type { ReleaseDocument } from "./operations/release.schema.ts";
export { rollback, type RollbackOrder } from "./operations/rollback.ts";
export { type CanaryOrder, startCanary } from "./operations/start-canary.ts";
export { importEvidence } from "./policy/evidence/import-evidence.ts";
export { replayRollout as replayCanary } from "./rollout/replay.ts";
export type { RolloutDocument } from "./rollout/schema.ts";
export type { Turn } from "./rollout/turn.ts";

export async function promote(context: ReleaseContext, order: PromoteOrder): Promise<ReleaseDocument> {
  return promoteVersion({ ...context, say: reasonText }, order);
}

/** One turn of a rollout, as `canary advance` takes it. */
export function advanceCanary(store: Store, place: Place, request: Omit<Asked, "say">): Promise<Turn> {
  return advance(store, place, { ...request, say: reasonText });
}

export function watchCanary(store: Store, place: Place, request: Omit<WatchRequest, "say">): Promise<Turn> {
  return watchRollout(store, place, { ...request, say: reasonText });
}

/** A rollout as it stands, judged on all that is stored; the newest of its place, or the one given. */
export async function canaryStatus(
  { db, address }: Store,
  place: Place,
  { clock, rollout }: Pick<Asked, "clock"> & { rollout?: Rollout },
): Promise<RolloutDocument> {
  const shown = rollout ?? (await needRollout(db, place));
  const moment = { at: clock.now().toISOString(), held: await heldBy(db, address.markers, place) };
  return rolloutDocument(await rolloutView(db, shown, moment));
}

export async function exportEvidence(
  context: { project: Project; store: RunStore },
  run: string,
  options: Omit<EvidenceOptions, "word">,
): Promise<ExportedEvidence> {
  return exportJudged(context, run, { ...options, word: runDocument });
}

// Somebody on call.
export { kill, type Order } from "./kill/kill.ts";
export { revive } from "./kill/revive.ts";
export type { KillDocument } from "./kill/schema.ts";
export type { Switchboard } from "./kill/switchboard.ts";
export type { StatusDocument } from "./status/schema.ts";

export async function status(board: Switchboard, request: StatusRequest): Promise<StatusDocument> {
  return statusDocument(await statusNow(board, request));
}

// Whoever looks after the store.
export { migrateStore } from "./state/migrate.ts";
export { backupStore } from "./upkeep/store/backup.ts";
export { checkStore } from "./upkeep/store/check.ts";
export { type CopyRequest, copyStore } from "./upkeep/store/copy.ts";
export { storeInfo } from "./upkeep/store/info.ts";
export { type PruneRequest, pruneStore } from "./upkeep/store/prune.ts";
export type { StoreBackup, StoreCheck, StoreCopy, StoreDocument, StorePrune } from "./upkeep/store/schema.ts";

export async function doctor(request: DoctorRequest, redact: (text: string) => string): Promise<DoctorDocument> {
  return doctorDocument(await examine(request), redact);
}

// An agent's own process.
/** Records outcomes from JSON lines, as `agentops observe` does, and takes the turns of rollouts that they make due. */
export function importObservations(request: ImportRequest): Promise<ObservedDocument> {
  const { clock, store } = request;
  const taker = { clock, markers: store.markers, via: "observe", say: reasonText, onTrouble: () => undefined } as const;
  const tell = async (open: Store, env: string) => {
    await tellEnds(open, env, { clock, env: process.env, cwd: process.cwd() });
  };
  return importLines({ ...request, recorder: (open) => turningRecorder(open, { ...taker, tell }) });
}

export type ImportRequest = Omit<FullImportRequest, "recorder">;
export type { ObservedDocument } from "./observations/schema.ts";
export type { Observation } from "./observations/schema.ts";
export { AgentOps } from "./runtime/agentops.ts";
export type { KillSwitch } from "./runtime/kill-switch.ts";
export type { AgentOpsOptions } from "./runtime/options.ts";
export type { ObservationStats } from "./runtime/backlog-account.ts";
export type { Observed } from "./runtime/observer.ts";
export type { Resolved, Served } from "./runtime/resolution.ts";
export type { Resolution } from "./serving/schema.ts";
