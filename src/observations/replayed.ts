import { isOver } from "../rollout/state.ts";
import type { Caps, RolloutPlan } from "../rollout/schema.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { beginInMemory, countInMemory, type InMemory, turnInMemory } from "./in-memory.ts";
import type { Past } from "./past.ts";
import type { KnownUnit } from "./served-counter.ts";

/** How a run ended; `idle`: a step learned nothing for too long; `open`: what is stored ended first. */
export type RunEnd = "promoted" | "rolled-back" | "invalid" | "idle" | "paused" | "inconclusive" | "open";

/** Of those that came while the candidate had a weight, all and the candidate's. */
export interface Share {
  all: number;
  candidate: number;
}

/** Who was given what at a step below 100 %. */
interface StepShares {
  weight: number;
  units: Share;
  requests: Share;
}

/** What became of one rollout of a version against itself. */
export interface Replayed {
  end: RunEnd;
  /** What rolled it back, by its row; `critical` breaches; `sample-ratio` where that is what is invalid; else null. */
  by: string | null;
  /** From the first request until it ended, or what is stored did. */
  hours: number;
  /** Steps below 100 % that it came to. */
  steps: StepShares[];
  /** Units that got both versions at one step. */
  flips: number;
  /** Guardrails that were not shown when everybody got it, or are not where it stands. */
  unproven: readonly string[];
}

export interface ReplayOrder {
  /** Of the rollout: what units are divided by. */
  id: string;
  plan: RolloutPlan;
  /** That it begins with. */
  caps: Caps;
  target: string;
  usualDelayMs: number;
  /** Waited for after some hundred requests, so that somebody can stop it: what it throws ends the run. */
  pause?: () => Promise<void>;
}

/** Requests between two pauses: some milliseconds. */
const PAUSE_EVERY = 250;
/** Both are the same version; a rollout needs two names. */
const [CONTROL, CANDIDATE] = ["v1", "v2"];
const HOUR = 3_600_000;

/** Serves what came once more, by the rule of assignment and by its own times, through a rollout of the version against itself. */
export async function replayed(past: Past, { usualDelayMs, pause, ...order }: ReplayOrder): Promise<Replayed> {
  const { id, plan } = order;
  const at = past.from ?? "";
  const rollout = beginInMemory({ ...order, control: CONTROL, candidate: CANDIDATE, at, usualDelayMs });
  const shares = sharesOf(plan, past);
  const units: (KnownUnit | undefined)[] = Array.from({ length: past.known });
  const buckets = new Float64Array(past.units.length).fill(-1);
  const bucketAt = (unit: number) => {
    if (buckets[unit] === -1) buckets[unit] = bucketOf(id, past.units[unit] as string);
    return buckets[unit] as number;
  };
  let until = past.to ?? at;
  for (const [n, { unit, observation, countsAt, countsMs }] of past.requests.entries()) {
    if (n % PAUSE_EVERY === 0) await pause?.();
    const { weight, step } = rollout.weights.findLast((change) => change.at <= observation.servedAt) ?? NONE_YET;
    const candidate = isCandidate(bucketAt(unit), weight);
    if (weight < 1) shares.note(step, unit, candidate);
    const served = { ...observation, version: candidate ? CANDIDATE : CONTROL, rollout: id, weight };
    const known = unit < past.known ? (units[unit] ??= { row: undefined, changed: false }) : undefined;
    countInMemory(rollout, served, n, known);
    turnInMemory(rollout, countsAt, countsMs);
    const { phase, pausedFrom } = rollout.state;
    if (!isOver(phase) && pausedFrom === null) continue;
    until = countsAt;
    break;
  }
  const hours = Math.max(0, Date.parse(until) - Date.parse(at)) / HOUR;
  return { ...endOf(rollout), hours, ...shares.found() };
}

const NONE_YET = { weight: 0, step: 0 };

function endOf({ state, looks }: InMemory): Pick<Replayed, "end" | "by" | "unproven"> {
  const { phase, pausedFrom, unproven: letPass = [] } = state;
  const judged = looks.judged();
  const { required = [], other = [] } = judged.unproven ?? {};
  const open = { by: null, unproven: letPass.length > 0 ? letPass : [...required, ...other] };
  if (phase === "promoted") return { end: phase, by: null, unproven: letPass };
  if (phase === "rolled-back") return { end: phase, by: causeOf(looks), unproven: [] };
  if (phase === "invalid" && judged.verdict !== "invalid") return { ...open, end: "idle" };
  if (phase === "invalid") return { end: phase, by: "sample-ratio", unproven: [] };
  if (phase === "inconclusive") return { ...open, end: phase };
  return pausedFrom === null ? { ...open, end: "open" } : { ...open, end: "paused", by: judged.harmed?.pause[0] ?? null };
} // prettier-ignore

function causeOf({ judged, evidence }: InMemory["looks"]): string | null {
  const { breaches, guardrails } = judged();
  if (breaches.length > 0) return "critical";
  return evidence().alarm?.by ?? guardrails.find(({ verdict }) => verdict === "harm")?.name ?? null;
}

const [GOT_CONTROL, GOT_CANDIDATE] = [1, 2];

/** Counts at each step whom the candidate was given; a unit once, however often it comes. */
function sharesOf({ steps }: RolloutPlan, past: Past) {
  const at = steps.map(() => ({ units: none(), requests: none() }));
  const given = steps.map(() => new Uint8Array(past.units.length));
  let flips = 0;
  return {
    note(step: number, unit: number, candidate: boolean): void {
      const [found, seen] = [at[step], given[step]];
      if (found === undefined || seen === undefined) return;
      const before = seen[unit] as number;
      const after = before | (candidate ? GOT_CANDIDATE : GOT_CONTROL);
      seen[unit] = after;
      add(found.requests, candidate);
      if (before === 0) add(found.units, candidate);
      else if (after !== before) flips += 1;
    },
    found: () => ({
      steps: at.flatMap((found, i) => (found.requests.all === 0 ? [] : [{ weight: steps[i] as number, ...found }])),
      flips,
    }),
  };
}

function none(): Share {
  return { all: 0, candidate: 0 };
}

function add(share: Share, candidate: boolean): void {
  share.all += 1;
  if (candidate) share.candidate += 1;
}
