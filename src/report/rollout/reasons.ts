import { lasting, points, share } from "../../core/words.ts";
import type { Kill } from "../../kill/latch.ts";
import type { Reason, Step } from "../../rollout/reasons.ts";
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
      return harmText(reason.guardrail);
    case "sample-ratio":
      return sampleRatioText(reason);
    case "safe":
      return safeText(reason);
    case "step-over":
      return "the least time and units of the step are over, and no harm is shown";
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
      return `not measured: ${reason.names.join(", ")}`;
    case "one-sided":
      return `${reason.name} is reported by the ${reason.arm} only, which compares nothing`;
  }
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
}: Extract<Reason, { code: "harm" }>["guardrail"]): string {
  const rate = (arm: GuardrailResult["candidate"]) =>
    arm.rate === null
      ? "reports none"
      : `${arm === control ? "" : "has "}${share(arm.rate)} of ${arm.n.toLocaleString("en-US")}`;
  const e = `E ${short(harmE)} of ${short(harmThreshold)}`;
  if (control === null) return `${name}: the candidate ${rate(candidate)}, below ${share(tolerance)} (${e})`;
  const accepted = tolerance === 0 ? "" : `, beyond the ${points(tolerance)} that are accepted`;
  return `${name}: the candidate ${rate(candidate)}, the control ${rate(control)}: worse${accepted} (${e})`;
}

function sampleRatioText({ split, e, threshold }: Extract<Reason, { code: "sample-ratio" }>): string {
  const sizes = split.map(({ candidate, units, weight }) => `${candidate} of ${units} units at ${share(weight)}`);
  return `the arms do not have the sizes that the weights give: ${sizes.join(", ")} (E ${short(e)} of ${threshold}); check that callers use resolve and report every outcome`;
}

/** Why nothing new may reach a target. */
function heldText({ actor, at, reason, target: killed }: Kill, target: string): string {
  const what = killed === target ? target : "everything";
  return `${what} is killed by ${actor} since ${minute(at)} UTC: ${reason}`;
}

function waitText({ step, target, waiting, noData }: Extract<Reason, { code: "waits" }>): string {
  const { timeMs, units, proof, approval } = waiting;
  const parts = [
    ...(timeMs === null ? [] : [lasting(timeMs)]),
    ...(units === null ? [] : [`${units} more units of the candidate`]),
    ...(proof === null ? [] : ["proof that it is not worse by the margin"]),
    ...(approval === null ? [] : [`an approval: agentops canary approve ${target}`]),
  ];
  return `${stepText(step)} waits for ${parts.join(", ")}${noData ? "; no data is never success" : ""}`;
}

function stepText(step: Step): string {
  return step === null ? "shadow" : `step ${step.number} of ${step.of} (${share(step.weight)})`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}

function short(value: number): string {
  if (value >= 1e6) return `10^${Math.floor(Math.log10(value))}`;
  return String(Number(value.toPrecision(3)));
}
