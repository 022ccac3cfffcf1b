import { points, share } from "../comparison/words.ts";
import type { Judged } from "./analysis.ts";
import { unitsIn } from "./evidence.ts";
import { isUnderWay, type Look, type Waiting, waitingFor } from "./next.ts";
import type { Rollout } from "./rollouts.store.ts";
import type { GuardrailResult, Phase } from "./schema.ts";

/** Why the look says what it says, or moves the rollout to that phase, in one sentence: what the audit event keeps. */
export function reasonOf(judged: Judged, rollout: Rollout, to?: Phase): string {
  if (to === "inconclusive") return deadlineReason(rollout);
  return verdictReasons(judged, rollout)[0] ?? "the least time and units of the step are over, and no harm is shown";
}

function deadlineReason({ state: { deadline } }: Rollout): string {
  return `the deadline ${minute(deadline)} UTC passed without a decision`;
}

/** Who ended a rollout that no look ended. */
export interface EndedBy {
  event: string;
  actor: string;
  reason: string;
}

const ENDED: Partial<Record<string, string>> = { abort: "aborted", rollback: "rolled back", promote: "promoted" };

/** The same for a reader, and what the rollout still waits for; `last` is the last change of it. */
export function reasonsFor(
  judged: Judged,
  rollout: Rollout,
  { at, held, last }: { at: string; held: string | null; last: EndedBy | undefined },
): string[] {
  const { state, plan, evidence } = rollout;
  const units = unitsIn(state.phase, evidence);
  const look = { at, verdict: judged.verdict, units };
  const waits = isUnderWay(state.phase);
  const ended = last === undefined ? undefined : ENDED[last.event];
  return [
    ...(last === undefined || ended === undefined ? [] : [`${ended} by ${last.actor}: ${last.reason}`]),
    // What looked safe is no reason of what a person ended.
    ...(ended !== undefined && judged.verdict === "promote" ? [] : verdictReasons(judged, rollout)),
    ...(waits && held !== null ? [`held: ${held}`] : []),
    ...(waits ? waitingReasons(waitingFor(state, look, plan), rollout, look) : []),
    ...(state.phase === "inconclusive" ? [deadlineReason(rollout)] : []),
    ...unmeasured(judged, rollout),
  ];
}

function verdictReasons({ verdict, guardrails, sampleRatio, breaches }: Judged, { evidence }: Rollout): string[] {
  if (verdict === "rollback") {
    const first = breaches[0];
    const more = breaches.length > 1 ? ` and ${breaches.length - 1} more` : "";
    return [
      ...(first === undefined
        ? []
        : [`a critical safety breach (${first.kind}) in observation ${first.observation}${more}`]),
      ...guardrails.filter((g) => g.verdict === "harm").map(harmReason),
    ];
  }
  if (verdict === "invalid") {
    const split = evidence.exposures
      .filter(({ weight }) => weight > 0 && weight < 1)
      .map(({ weight, control, candidate }) => `${candidate} of ${control + candidate} units at ${share(weight)}`);
    return [
      `the arms do not have the sizes that the weights give: ${split.join(", ")} (E ${short(sampleRatio.e)} of ${sampleRatio.threshold}); check that callers use resolve and report every outcome`,
    ];
  }
  return verdict === "promote" ? ["every guardrail that was measured is shown to be safe"] : [];
}

function harmReason({
  name,
  control,
  candidate,
  harmE,
  harmThreshold,
  tolerance,
}: Judged["guardrails"][number]): string {
  const rate = (arm: GuardrailResult["candidate"]) =>
    arm.rate === null
      ? "reports none"
      : `${arm === control ? "" : "has "}${share(arm.rate)} of ${arm.n.toLocaleString("en-US")}`;
  const e = `E ${short(harmE)} of ${short(harmThreshold)}`;
  if (control === null) return `${name}: the candidate ${rate(candidate)}, below ${share(tolerance)} (${e})`;
  const accepted = tolerance === 0 ? "" : `, beyond the ${points(tolerance)} that are accepted`;
  return `${name}: the candidate ${rate(candidate)}, the control ${rate(control)}: worse${accepted} (${e})`;
}

function waitingReasons(
  { timeMs, units, proof, approval }: Waiting,
  { state, plan, target }: Rollout,
  look: Omit<Look, "held">,
): string[] {
  const step =
    state.phase === "shadow" ? "shadow" : `step ${state.step + 1} of ${plan.steps.length} (${share(state.weight)})`;
  const parts = [
    ...(timeMs === null ? [] : [lasting(timeMs)]),
    ...(units === null ? [] : [`${units} more units of the candidate`]),
    ...(proof === null ? [] : ["proof that it is not worse by the margin"]),
    ...(approval === null ? [] : [`an approval: agentops canary approve ${target}`]),
  ];
  if (parts.length > 0)
    return [`${step} waits for ${parts.join(", ")}${look.units === 0 ? "; no data is never success" : ""}`];
  return [];
}

/** A guardrail that nobody reports guards nothing, and one that a single arm reports compares nothing: somebody should know. */
function unmeasured({ guardrails }: Judged, { evidence }: Rollout): string[] {
  if (evidence.candidateUnits === 0) return [];
  const names = guardrails.filter((g) => g.verdict === "unmeasured").map((g) => g.name);
  const oneSided = guardrails.filter((g) => g.verdict === "undecided" && g.control !== null && isOneSided(g, evidence));
  return [
    ...(names.length === 0 ? [] : [`not measured: ${names.join(", ")}`]),
    ...oneSided.map(({ name, control }) => {
      return `${name} is reported by the ${control?.n === 0 ? "candidate" : "control"} only, which compares nothing`;
    }),
  ];
}

/** One arm's units are there, but say nothing of this metric. */
function isOneSided({ control, candidate }: Judged["guardrails"][number], { exposures }: Rollout["evidence"]): boolean {
  const seen = (arm: "control" | "candidate") => exposures.some((exposure) => exposure[arm] > 0);
  return (control?.n === 0 && seen("control")) || (candidate.n === 0 && seen("candidate"));
}

/** "2 h 5 min", "40 s". */
function lasting(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (ms < 60_000) return `${Math.ceil(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Number((ms / 86_400_000).toFixed(1))} days`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}

function short(value: number): string {
  if (value >= 1e6) return `10^${Math.floor(Math.log10(value))}`;
  return String(Number(value.toPrecision(3)));
}
