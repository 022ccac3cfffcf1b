/** Everything that is recorded. */
export type AuditAction =
  | "kill" | "freeze" | "unfreeze" | "kill.reason" | "revive" | "promote" | "rollback" | "approve" | "evidence.import" | "gate.accept" | "traces.forget" | `rollout.${RolloutVerb}`; // prettier-ignore

/** What happens to a rollout; a look is recorded where it changes something. */
type RolloutVerb =
  "start" | "look" | "pause" | "resume" | "approve" | "abort" | "rollback" | "promote" | "ack" | "notify" | "shadow";
