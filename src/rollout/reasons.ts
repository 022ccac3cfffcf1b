import type { Kill } from "../kill/latch.ts";
import type { Judged } from "./judge.ts";
import { sumsOf, unitsIn } from "./evidence.ts";
import type { Frozen } from "./freeze.store.ts";
import { cohortAt, isUnderWay } from "./state.ts";
import { unprovenFrom, type Waiting, waitingFor } from "./waiting.ts";
import { PAIRED } from "./alarm.ts";
import { floorOf, isOutOfReach, LEAST_KNOWN } from "./floors.ts";
import type { Late } from "./late.ts";
import type { Rollout } from "./rollouts.store.ts";
import { divided, isServedKnown } from "./served.ts";
import type { Due } from "./stored.ts";
import type { Reason, Step } from "./reason.ts";
import { isProof, type JudgedRow, saidBy } from "./verdict.ts";

/** Who ended a rollout that no look ended. */
interface EndedBy {
  event: string;
  actor: string;
  reason: string;
}

/** What is known beside the counts when somebody reads. */
interface Moment {
  /** ISO 8601. */
  at: string;
  held: Kill | null;
  frozen: Frozen | null;
  /** The last change of it. */
  last: EndedBy | undefined;
  due: Due | null;
  /** Of outcomes that are still to come. */
  late: Late;
  /** All of the candidate; null but at a cohort's step. */
  answers: number | null;
}

/** The same for a reader, and what the rollout still waits for. */
export function reasonsFor(
  judged: Judged,
  rollout: Rollout,
  { at, held, frozen, last, due, late, answers }: Moment,
): Reason[] {
  const { state, plan, evidence, target, environment } = rollout;
  const units = unitsIn(state, plan, evidence);
  const waits = isUnderWay(state.phase);
  const ended = last === undefined ? undefined : endOf(last);
  return [
    ...(ended === undefined ? [] : [ended]),
    ...(state.phase === "invalid" && judged.verdict !== "invalid" && last !== undefined
      ? [{ code: "recorded", reason: last.reason } as const]
      : []),
    // What looked safe is no reason of what a person ended.
    ...(ended !== undefined && judged.verdict === "promote" ? [] : verdictReasons(judged, rollout)),
    ...watchedHarm(judged),
    ...unshown(judged, rollout),
    ...(due !== null && (due.overdueSince !== null || isEnd(judged))
      ? [{ code: "due", ...due, target, environment } as const]
      : []),
    ...(waits && held !== null ? [{ code: "held", kill: held, target } as const] : []),
    ...(waits && frozen !== null ? [{ code: "frozen", by: frozen, environment } as const] : []),
    ...(waits && !isEnd(judged)
      ? waitReasons(waitingFor(state, { at, ...saidBy(judged), units, ...late }, plan), rollout, {
          units,
          stands: held !== null || frozen !== null,
          unproven: judged.unproven,
        })
      : []),
    ...(state.phase === "inconclusive" ? [{ code: "deadline", at: state.deadline } as const] : []),
    ...(waits ? [...onControl(rollout), ...unasked(rollout, answers)] : []),
    ...unmeasured(judged, rollout),
    ...(waits ? floorReasons(rollout) : []),
  ];
}

/** What everybody gets though it is not shown, and a step that nothing is learned at. */
function unshown({ verdict }: Judged, { state, plan }: Rollout): Reason[] {
  const { unproven, accepted = [], extended } = state;
  return [
    ...(unproven !== undefined && verdict === "continue"
      ? [{ code: "unproven", names: unproven, accepted } as const]
      : []),
    ...(isUnderWay(state.phase) && extended !== undefined
      ? [{ code: "idle", step: stepOf({ state, plan }), ms: plan.idleMs ?? 0, ended: false } as const]
      : []),
  ];
}

/** A floor that guards nothing where nothing else does, and one that ends whatever is like the control. */
export function floorReasons({ state, plan, evidence }: Rollout): Reason[] {
  const now = floorOf(plan.guardrails, evidence.metrics.success);
  if (now === null) return [];
  const { configured: floor, control } = now;
  const isAlone = state.weight === 0 || state.weight === 1;
  if (now.capped && control === null && isAlone) return [{ code: "floor-waits", floor, least: LEAST_KNOWN }];
  return control !== null && isOutOfReach(now) ? [{ code: "floor-out-of-reach", floor, control }] : [];
}

/** Callers that do not resolve with its units serve it what everybody has. */
function onControl({ plan, evidence }: Rollout): Reason[] {
  return (plan.cohorts ?? []).flatMap(({ name }): Reason[] => {
    const { answers, control } = sumsOf(evidence, name);
    return control > answers ? [{ code: "cohort-on-control", cohort: name, answers: control }] : [];
  });
}

/** At a cohort's step nobody is divided: what the candidate answered to others is in no count, and nothing sent it there. */
function unasked({ evidence }: Rollout, answers: number | null): Reason[] {
  if (answers === null) return [];
  const others = answers - Object.values(evidence.cohorts ?? {}).reduce((sum, one) => sum + one.answers, 0);
  return others > 0 ? [{ code: "unasked", answers: others }] : [];
}

/** The next look ends it. */
function isEnd({ verdict }: Judged): boolean {
  return verdict === "rollback" || verdict === "invalid";
}

function endOf({ event, actor, reason }: EndedBy): Reason | undefined {
  if (event !== "abort" && event !== "rollback" && event !== "promote") return undefined;
  return { code: "ended", how: event, actor, reason };
}

export function verdictReasons(
  { verdict, guardrails, sampleRatio, breaches }: Judged,
  { evidence }: Rollout,
): Reason[] {
  switch (verdict) {
    case "rollback": {
      const [first] = breaches;
      const harmful = guardrails.filter((guardrail) => guardrail.verdict === "harm");
      return [
        ...(first === undefined ? [] : [{ code: "breach", ...first, more: breaches.length - 1 } as const]),
        ...harmful.map((guardrail) => ({ code: "harm", guardrail }) as const),
      ];
    }
    case "invalid": {
      const split = divided(evidence)
        .filter(({ weight }) => weight > 0 && weight < 1)
        .map(({ weight, control, candidate }) => ({
          candidate,
          units: control + candidate,
          weight,
        }));
      return [{ code: "sample-ratio", split, ...sampleRatio, served: isServedKnown(evidence) }];
    }
    case "promote":
      return [{ code: "safe", safe: namesOf(guardrails, "safe"), noHarm: namesOf(guardrails, "undecided") }];
    case "continue":
      return [];
  }
}

function namesOf(guardrails: readonly JudgedRow[], verdict: "safe" | "undecided"): string[] {
  return guardrails.filter((row) => row.verdict === verdict && row.name !== PAIRED).map(({ name }) => name);
}

function waitReasons(
  waiting: Waiting,
  { state, plan, target, environment, control, candidate }: Rollout,
  { units, stands, unproven }: { units: number; stands: boolean; unproven: Judged["unproven"] },
): Reason[] {
  if (Object.values(waiting).every((left) => left === null))
    return !stands ? [{ code: "ready", turns: plan.turns ?? "watcher", target, environment }] : [];
  const versions = { control, candidate };
  const step = stepOf({ state, plan });
  const from = unprovenFrom(state, plan);
  const open = waiting.proof === null || unproven === undefined || from === null ? null : { ...unproven, from };
  return [{ code: "waits", step, target, versions, waiting, noData: units === 0, unproven: open }];
}

/** Which step it is at, and for whom; null in shadow. */
export function stepOf({ state, plan }: Pick<Rollout, "state" | "plan">): Step {
  if (state.phase === "shadow") return null;
  return { number: state.step + 1, of: plan.steps.length, weight: state.weight, cohort: cohortAt(state, plan) };
}

/** Harm that pauses, or is told and nothing else. */
export function watchedHarm({ guardrails, harmed }: Judged): (Reason & { code: "harm" })[] {
  return (["pause", "tell"] as const).flatMap((does) =>
    guardrails.filter(({ name }) => harmed?.[does].includes(name)).map((guardrail) => ({ code: "harm", guardrail, does }) as const),
  );
} // prettier-ignore

/** A guardrail that nobody reports guards nothing, and one that a single arm reports compares nothing: somebody should know. */
function unmeasured({ guardrails }: Judged, { evidence }: Rollout): Reason[] {
  if (evidence.candidateUnits === 0) return [];
  const names = guardrails.filter((g) => g.verdict === "unmeasured").map((g) => g.name);
  const oneSided = guardrails.filter((g) => g.verdict === "undecided" && isProof(g) && isOneSided(g, evidence));
  return [
    ...(names.length === 0 ? [] : [{ code: "unmeasured", names } as const]),
    ...oneSided.map(({ name, control }): Reason => {
      return { code: "one-sided", name, arm: control?.n === 0 ? "candidate" : "control" };
    }),
  ];
}

/** One arm's units are there, but say nothing of this metric. */
function isOneSided({ control, candidate }: JudgedRow, { exposures }: Rollout["evidence"]): boolean {
  const seen = (arm: "control" | "candidate") => exposures.some((exposure) => exposure[arm] > 0);
  return (control?.n === 0 && seen("control")) || (candidate.n === 0 && seen("candidate"));
}
