import { lasting, plural, points, share } from "../../core/words.ts";
import type { Kill } from "../../kill/latch.ts";
import type { Reason, Step } from "../../rollout/reason.ts";
import type { OutcomesWait } from "../../rollout/late.ts";
import { rateOf } from "./guards.ts";
import type { GuardrailResult } from "../../rollout/schema.ts";

/** A reason in one sentence. */
export function reasonText(reason: Reason): string {
  switch (reason.code) {
    case "ended":
      return `${ENDED[reason.how]} by ${reason.actor}: ${reason.reason}`;
    case "breach": {
      const more = reason.more > 0 ? ` and ${reason.more} more` : "";
      return `a critical safety breach (${reason.kind}) in observation ${reason.observation}${more}`;
    }
    case "harm":
      return `${harmText(reason.guardrail)}${reason.does === undefined ? "" : DOES[reason.does]}`;
    case "unproven":
      return unprovenText(reason);
    case "idle": {
      const then = reason.ended
        ? "nothing was learned, so it is taken back"
        : "it is given as much time again, and then taken back";
      return `${stepText(reason.step)} saw no outcome of the candidate in ${lasting(reason.ms)}: ${then}`;
    }
    case "sample-ratio":
      return sampleRatioText(reason);
    case "control-elsewhere":
      return `everybody is served ${reason.stable} by now, and what was compared with is ${reason.control}: nothing more can be learned`;
    case "recorded":
      return reason.reason;
    case "safe":
      return safeText(reason);
    case "step-over":
      return reason.cohort === null
        ? "the least time and units of the step are over, and no harm is shown"
        : `the least time and answers of cohort ${reason.cohort} are over, with no breach and no missed floor shown; nothing was compared`;
    case "deadline":
      return `the deadline ${minute(reason.at)} UTC passed without a decision`;
    case "due": {
      const { overdueSince: since, target, environment } = reason;
      const what =
        since === null
          ? "no look has acted on it yet"
          : `a look is due since ${minute(since)} UTC and nobody takes it, though outcomes arrive`;
      return `${what}: agentops canary advance ${target} --env ${environment}`;
    }
    case "ready":
      return reason.turns === "anybody"
        ? "it moves on with the next outcome that is recorded"
        : `it may move on; only a watcher moves it: agentops canary advance ${reason.target} --env ${reason.environment}`;
    case "held":
      return `held: ${heldText(reason.kill, reason.target)}`;
    case "frozen":
      return `${reason.environment} is frozen by ${reason.by.actor} until ${minute(reason.by.until)} UTC: ${reason.by.reason}`;
    case "waits":
      return waitText(reason);
    case "unmeasured":
    case "one-sided":
    case "cohort-on-control":
    case "unasked":
    case "floor-waits":
    case "floor-out-of-reach":
      return besideText(reason);
  }
}

type Beside = "unmeasured" | "one-sided" | "cohort-on-control" | "unasked" | "floor-waits" | "floor-out-of-reach";

/** What a reader must know beside it. */
function besideText(reason: Extract<Reason, { code: Beside }>): string {
  switch (reason.code) {
    case "unmeasured":
      return `not measured: ${reason.names.join(", ")}`;
    case "one-sided":
      return `${reason.name} is reported by the ${reason.arm} only, which compares nothing`;
    case "cohort-on-control":
      return `${plural(reason.answers, "answer")} to cohort ${reason.cohort} came from the control: its callers do not ask resolve with these units, or run an older release`;
    case "unasked":
      return `${plural(reason.answers, "answer")} of the candidate to units of no served cohort: some caller does not ask resolve; they are in no count`;
    case "floor-waits":
      return `the floor of success (${share(reason.floor)}) waits: fewer than ${reason.least} outcomes of the control are known; { absolute: ${reason.floor} } waits for none`;
    case "floor-out-of-reach":
      return `the floor of ${share(reason.floor)} is above what the control reaches (${rateOf(reason.control)}), and { absolute } is meant as written: a candidate like the control will be taken back`;
  }
}

const DOES = {
  pause: "; it was paused for that, and is not rolled back (onHarm: pause)",
  tell: "; told, and not rolled back (onHarm: tell)",
};

function unprovenText({ names, accepted }: Extract<Reason, { code: "unproven" }>): string {
  const [passed, others] = [names.filter((name) => accepted.includes(name)), names.filter((name) => !accepted.includes(name))]; // prettier-ignore
  return [
    ...(passed.length === 0 ? [] : [`not shown, and let pass by a person: ${passed.join(", ")}`]),
    ...(others.length === 0 ? [] : [`not shown, and not required: ${others.join(", ")}`]),
  ].join("; ");
}

const ENDED = { abort: "aborted", rollback: "rolled back", promote: "promoted" } as const;

/** Of each guardrail what its row says: nothing that is undecided is called safe. */
function safeText({ safe, noHarm }: Extract<Reason, { code: "safe" }>): string {
  const shown = `shown to be not worse by the margin: ${safe.join(", ")}`;
  return noHarm.length === 0 ? shown : `${shown}; no harm is shown: ${noHarm.join(", ")}`;
}

function harmText({
  name,
  control,
  candidate,
  harmE,
  harmThreshold,
  tolerance,
  configured,
  ratio,
}: Extract<Reason, { code: "harm" }>["guardrail"]): string {
  const rate = (arm: GuardrailResult["candidate"]) =>
    arm.rate === null
      ? "reports none"
      : `${arm === control ? "" : "has "}${share(arm.rate)} of ${arm.n.toLocaleString("en-US")}`;
  const together = harmE < harmThreshold ? ", enough together with the other evidence" : "";
  const e = `E ${short(harmE)} of ${short(harmThreshold)}${together}`;
  const asked =
    configured === undefined || configured <= tolerance ? "" : `, what the control leaves of ${share(configured)}`;
  if (name === "cohorts.floor")
    return `${name}: of the candidate's answers to cohorts ${share(candidate.rate ?? 0)} of ${candidate.n.toLocaleString("en-US")} were good, below ${share(tolerance)}${asked} (${e}); not compared with the control`;
  if (name === "success.requests")
    return `${name}: of all requests, also of units that were counted before, the candidate ${rate(candidate)}${control === null ? "" : `, the control ${rate(control)}`}: it broke (${e})`;
  if (name === "success.paired")
    return `${name}: of ${candidate.n.toLocaleString("en-US")} inputs that both answered the candidate's copies were good in ${share(candidate.rate ?? 0)}, the control's in ${share(control?.rate ?? 0)}: worse (${e})`;
  if (control === null) return `${name}: the candidate ${rate(candidate)}, below ${share(tolerance)}${asked} (${e})`;
  if (ratio !== null) {
    const what = ratio.point.of === "p95" ? "p95" : "mean";
    return `${name}: the candidate's ${what} is more than ${short(ratio.limit)} times the control's, of ${candidate.n.toLocaleString("en-US")} and ${control.n.toLocaleString("en-US")} units (${e})`;
  }
  const accepted = tolerance === 0 ? "" : `, beyond the ${points(tolerance)} that are accepted`;
  return `${name}: the candidate ${rate(candidate)}, the control ${rate(control)}: worse${accepted} (${e})`;
}

function sampleRatioText({ split, e, threshold, served }: Extract<Reason, { code: "sample-ratio" }>): string {
  const sizes = split.map(({ candidate, units, weight }) => `${candidate} of ${units} units at ${share(weight)}`);
  return `the arms do not have the sizes that the weights give: ${sizes.join(", ")} (E ${short(e)} of ${threshold}); ${served ? "check that callers take the version that resolve gives a unit" : UNSERVED}`;
}

const UNSERVED =
  "either callers do not take the version that resolve gives a unit, or outcomes of one arm come later or not at all: exposures would tell (resolve in the SDK counts them, others report them with agentops observe --served)";

/** Why nothing new may reach a target. */
function heldText({ actor, at, reason, target: killed }: Kill, target: string): string {
  const what = killed === target ? target : "everything";
  return `${what} is killed by ${actor} since ${minute(at)} UTC: ${reason}`;
}

/** Until when proof is waited for, and who may do without. */
function proofText({ unproven, target }: Pick<Extract<Reason, { code: "waits" }>, "unproven" | "target">): string {
  const proof = "proof that it is not worse by the margin";
  if (unproven === null) return proof;
  const { required, other, from } = unproven;
  if (required.length === 0) return `${proof}: ${other.join(", ")}, which is let pass unproven after ${minute(from)} UTC`;
  return `${proof}: ${[...required, ...other].join(", ")}; after ${minute(from)} UTC agentops canary approve ${target} lets it pass unproven`;
} // prettier-ignore

function waitText({ step, target, versions, waiting, noData, unproven }: Extract<Reason, { code: "waits" }>): string {
  const { timeMs, trafficMs, units, proof, outcomes, approval } = waiting;
  const parts = [
    ...(timeMs === null ? [] : [lasting(timeMs)]),
    ...(outcomes === null ? [] : [outcomesText(outcomes, versions)]),
    ...(trafficMs === null ? [] : [`a whole day of traffic before 100 % (${lasting(trafficMs)} left)`]),
    ...(units === null ? [] : [unitsText(units, step)]),
    ...(proof === null ? [] : [proofText({ unproven, target })]),
    ...(approval === null ? [] : [`an approval: agentops canary approve ${target}`]),
  ];
  return `${stepText(step)} waits for ${parts.join(", ")}${noData ? noDataText(step, target) : ""}`;
}

/** Too early, missing, or missing of one arm more than of the other. */
function outcomesText(
  { lastMs, open, differ }: OutcomesWait,
  versions: { control: string; candidate: string },
): string {
  const when = lastMs === 0 ? "" : ` more than ${lasting(lastMs)} ago`;
  if (open !== null)
    return `outcomes: ${share(open.share)} of ${versions[open.arm]}'s units served${when} have none (${share(open.most)} may), ${share(open.other)} of ${versions[open.arm === "candidate" ? "control" : "candidate"]}'s; what is missing may be what was bad: ask who reports them`;
  if (differ !== null)
    return `outcomes: ${share(differ.candidate)} of ${versions.candidate}'s units served${when} have none, ${share(differ.control)} of ${versions.control}'s: the arms differ in it (E ${short(differ.e)} of ${differ.threshold})`;
  return `outcomes of the last ${lasting(lastMs)}, which are still coming in`;
}

function unitsText(units: number, step: Step): string {
  if (step?.cohort == null) return `${units} more units of the candidate`;
  return `${plural(units, "more answer")} of the candidate to cohort ${step.cohort}`;
}

/** Whoever waits for people that never come must know the way out. */
function noDataText(step: Step, target: string): string {
  if (step?.cohort == null) return "; no data is never success";
  return `; none of it came yet: agentops resolve ${target} --unit ID says whether one is of it, and agentops canary abort ${target} ends it, to start without`;
}

function stepText(step: Step): string {
  return step === null
    ? "shadow"
    : `step ${step.number} of ${step.of} (${step.cohort === null ? share(step.weight) : `cohort ${step.cohort}`})`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}

function short(value: number): string {
  if (value >= 1e6) return `10^${Math.floor(Math.log10(value))}`;
  return String(Number(value.toPrecision(3)));
}
