import { appendAuditEvent } from "../../audit/events.store.ts";
import { bothAnswered, type BothAnswered } from "../../comparison/pairs/both-answered.ts";
import { AgentopsError } from "../../core/errors.ts";
import { isExternal } from "../../core/external.ts";
import { parseRef, type Place } from "../../core/refs.ts";
import { type LoadedSuite, loadSuites } from "../../evals/dataset/suite.ts";
import type { EvalContext } from "../../evals/run/context.ts";
import { findRun, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import type { RunOptions } from "../../evals/run-suite.ts";
import { failureOf } from "../../gate/evaluate.ts";
import { evaluateAgainst } from "../../gate/control/evaluate-against.ts";
import { maxErrorRateOf } from "../../evals/result/trial-errors.ts";
import { savePairs } from "../../observations/pair-counter.ts";
import type { Half } from "../../observations/pairs.store.ts";
import { isPaired } from "../../rollout/pairs.ts";
import { needRollout, type Rollout } from "../../rollout/rollouts.store.ts";
import { isOver } from "../../rollout/state.ts";
import type { Turn } from "../../rollout/turn.ts";
import { slotOf } from "../../serving/assignment.ts";
import { operatorLocks } from "../../state/locks.ts";
import type { Store, Tx } from "../../state/store.ts";
import { NO_PAIRS, pairCorrelation, type PairCounts, pairsIn } from "../../stats/sequential/paired-process.ts";
import { advance, type Asked } from "../watch.ts";
import type { CanaryShadow } from "./schema.ts";

export interface ShadowOrder {
  place: Place;
  /** Name or file. */
  suite: string;
  /** A stored run of a control that is no version; else the control is asked. */
  control?: string | undefined;
  /** Never with fallback models: a pair is of two versions, each by its own model. */
  options: Omit<RunOptions, "target" | "model" | "outputs" | "fallback">;
  /** Who takes the turn that the pairs make due. */
  turn: Asked;
  reason: string;
}

/** What was found, without the rollout as it is read. */
export type ShadowFound = Omit<CanaryShadow, "rollout">;

/**
 * Asks both versions of an open rollout what a suite asks, and counts the cases as pairs of inputs that both answered; then takes a turn. Runs are
 * stored like any; pairs and their audit event are one transaction. Throws ROLLOUT_NOT_FOUND, USAGE for a suite of another target and a control
 * that it does not fit, CONCURRENT_CHANGE where the rollout pairs nothing or is over, PROVIDER_FAILED or TRIAL_ERRORS where too little was answered.
 */
export async function shadowOnSuite(
  context: EvalContext,
  store: Store,
  { place, suite: name, control, options, turn, reason }: ShadowOrder,
): Promise<{ found: ShadowFound; turn: Turn }> {
  const seen = await needRollout(store.db, place);
  refuseUnpaired(seen);
  const [suite] = await loadSuites(context.project, [name], options.cwd);
  if (suite === undefined) throw new AgentopsError("SUITE_NOT_FOUND", `no suite ${name}`);
  refuseOther(suite, place);
  const runs = await answered(context, suite, { rollout: seen, control, options });
  const { cases, ...others } = bothAnswered(context.store, runs.control, runs.candidate);
  const told: Told = {
    ...{ seen, suite: suite.spec.name, runs, cases },
    by: { at: turn.clock.now().toISOString(), actor: context.actor, reason },
  };
  const counted = await store.inTransaction((tx) => counting(tx, place, told), operatorLocks(place));
  const found: ShadowFound = {
    schema: "agentops.canary-shadow/1",
    target: place.target,
    env: place.environment,
    suite: suite.spec.name,
    control: { version: seen.control, run: runs.control.id },
    candidate: { version: seen.candidate, run: runs.candidate.id },
    cases: { answered: cases.length, ...others },
    ...counted,
    correlation: pairCorrelation(countsOf(cases)),
    stopped: runs.stopped,
  };
  return { found, turn: await advance(store, place, turn) };
}

interface Runs {
  control: RunRow;
  candidate: RunRow;
  /** Why not every case was asked. */
  stopped: string | null;
}

async function answered(
  context: EvalContext,
  suite: LoadedSuite,
  { rollout, control, options }: { rollout: Rollout } & Pick<ShadowOrder, "control" | "options">,
): Promise<Runs> {
  const of = (version: string) => `${rollout.target}@${version}`;
  const against = control === undefined ? of(rollout.control) : control;
  refuseControl(rollout, control);
  const { outcome } = await evaluateAgainst(context, suite, against, { ...options, target: of(rollout.candidate) });
  const { result, stopped: stop } = outcome;
  const stopped = stop?.message ?? null;
  const failure = failureOf([{ ...result, stopped }], maxErrorRateOf(context.project));
  if (failure !== undefined) throw failure;
  const candidate = await findRun(context.store, result.id);
  const { control: before } = specOf(candidate);
  if (before === undefined)
    throw new AgentopsError(
      "NO_CASES",
      `no case of ${suite.spec.name} was answered by both: ${stopped ?? "none was scored"}`,
      {
        hint: `agentops runs show ${candidate.id}`,
      },
    );
  return { control: await findRun(context.store, before), candidate, stopped };
}

/** What is no version cannot be asked from here, and of a version it is known which run is its own. */
function refuseControl({ control, target }: Rollout, run: string | undefined): void {
  if (isExternal(control) === (run !== undefined)) return;
  const why = isExternal(control)
    ? `${control} is no version that could be asked: name a stored run of what it answered`
    : `the control is ${target}@${control}, which is asked itself`;
  throw new AgentopsError("USAGE", why, {
    hint: isExternal(control)
      ? "agentops eval SUITE --model NAME/v1 asks a model of kind exec or http; then --control RUN"
      : "--control RUN is for a control that is no version",
  });
}

/** Copies are compared where the rollout was started with a shadow: the alarm's shares were frozen then. */
function refuseUnpaired({ target, environment, state, plan }: Rollout): void {
  const hint = `agentops canary status ${target} --env ${environment}`;
  if (isOver(state.phase))
    throw new AgentopsError(
      "CONCURRENT_CHANGE",
      `the rollout of ${target} in ${environment} is ${state.phase}: nothing is counted any more`,
      { hint },
    );
  if (isPaired(plan)) return;
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `the rollout of ${target} in ${environment} was started without a shadow, so nothing is paired`,
    {
      hint: `agentops canary abort ${target}, then canary start with --shadow`,
    },
  );
}

function refuseOther({ spec, file, prompt }: LoadedSuite, { target }: Place): void {
  // A prompt file that is a suite is about itself.
  const about = spec.target ?? prompt?.address;
  if (about === undefined) return;
  const { kind, name } = parseRef(about);
  if (target === (kind === undefined ? `${target.split("/")[0] ?? ""}/${name}` : `${kind}/${name}`)) return;
  throw new AgentopsError("USAGE", `${file} is about ${about}, not about ${target}`, { hint: "--suite takes a suite of the target" }); // prettier-ignore
}

interface Told {
  seen: Rollout;
  suite: string;
  runs: Runs;
  cases: readonly BothAnswered[];
  by: { at: string; actor: string; reason: string };
}

/** Counts the cases in the open look. */
async function counting(
  tx: Tx,
  place: Place,
  { seen, suite, runs, cases, by }: Told,
): Promise<Pick<ShadowFound, "counted" | "repeated">> {
  const rollout = await needRollout(tx, place);
  if (rollout.seq !== seen.seq)
    throw new AgentopsError(
      "CONCURRENT_CHANGE",
      `another rollout of ${place.target} in ${place.environment} began meanwhile`,
      {
        hint: `agentops canary status ${place.target} --env ${place.environment}`,
      },
    );
  refuseUnpaired(rollout);
  const counted = await savePairs(
    tx,
    rollout,
    cases.flatMap((found) => halvesOf(rollout.id, suite, found)),
  );
  const { environment, target } = place;
  const { id, control, candidate } = rollout;
  const asked = { control: runs.control.id, candidate: runs.candidate.id };
  const after = { rollout: id, control, candidate, suite, runs: asked, pairs: counted };
  await appendAuditEvent(tx, { ...by, action: "rollout.shadow", environment, target, before: null, after });
  return { counted, repeated: cases.length - pairsIn(counted) };
}

/** The cases of a cluster are one unit, of which one pair counts. */
function halvesOf(rollout: string, suite: string, found: BothAnswered): Half[] {
  const exposure = `suite/${suite}/${found.case}`;
  const unit = slotOf(rollout, found.cluster === null ? exposure : `suite/${suite} cluster/${found.cluster}`);
  return (["control", "candidate"] as const).map((arm) => ({ unit, exposure, arm, success: Number(found[arm]) }));
}

function countsOf(cases: readonly BothAnswered[]): PairCounts {
  const counts: PairCounts = { ...NO_PAIRS };
  for (const { control, candidate } of cases)
    counts[control === candidate ? (control ? "both" : "neither") : control ? "onlyControl" : "onlyCandidate"] += 1;
  return counts;
}
