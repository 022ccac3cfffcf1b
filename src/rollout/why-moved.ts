import type { Judged } from "./judge.ts";
import type { Reason } from "./reason.ts";
import { stepOf, verdictReasons, watchedHarm } from "./reasons.ts";
import type { Rollout } from "./rollouts.store.ts";
import { cohortAt, type RolloutState } from "./state.ts";

/** Why the look says what it says, or moves the rollout to that phase: what the audit event keeps. */
export function reasonOf(judged: Judged, rollout: Rollout, to: RolloutState = rollout.state): Reason {
  const { state, plan } = rollout;
  if (to.phase === "inconclusive") return { code: "deadline", at: state.deadline };
  const [harm] = watchedHarm(judged).filter(({ guardrail }) => to.harmed?.includes(guardrail.name) === true && state.harmed?.includes(guardrail.name) !== true);
  if (harm !== undefined && (to.phase === "paused" || to.step === state.step)) return harm;
  if (isIdle(judged, state, to)) return idleReason(rollout, to.phase === "invalid");
  const isLetPass = judged.verdict === "continue" && to.unproven !== undefined && state.unproven === undefined;
  if (isLetPass) return { code: "unproven", names: to.unproven ?? [], accepted: state.accepted ?? [] };
  return verdictReasons(judged, rollout)[0] ?? { code: "step-over", cohort: cohortAt(state, plan) };
} // prettier-ignore

function isIdle({ verdict }: Judged, before: RolloutState, to: RolloutState): boolean {
  const isTakenBack = to.phase === "invalid" && before.extended !== undefined && verdict !== "invalid";
  return isTakenBack || (to.extended !== undefined && before.extended === undefined);
}

function idleReason({ state, plan }: Rollout, ended: boolean): Reason {
  return { code: "idle", step: stepOf({ state, plan }), ms: (plan.idleMs ?? 0) * (ended ? 2 : 1), ended };
}
