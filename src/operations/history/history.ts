import { parseRef, type Ref } from "../../core/refs.ts";
import type { Db } from "../../state/store.ts";
import { onlyEnvironment, releasedTarget } from "../names.ts";
import { currentStable } from "../../serving/serving.store.ts";
import { auditedTargets, changesOf, type HistoryRow } from "./history.store.ts";
import type { HistoryDocument } from "./schema.ts";

/** What was never released may have been killed. */
async function targetOf(db: Db, ref: Ref): Promise<string> {
  const target = `${ref.kind ?? ""}/${ref.name}`;
  return (await auditedTargets(db)).includes(target) ? target : releasedTarget(db, ref);
}

type HistoryEvent = HistoryDocument["events"][number];

/**
 * What changed what is served of a target, the newest first; without an environment, in the only one where it is served. Throws
 * ARTIFACT_NOT_FOUND, REF_INVALID, USAGE.
 */
export async function historyOf(db: Db, given: string | null, name: string): Promise<HistoryDocument> {
  const target = await targetOf(db, parseRef(name));
  const environment = given ?? (await onlyEnvironment(db, target));
  const stable = await currentStable(db, environment, target);
  return {
    schema: "agentops.history/1",
    target,
    env: environment,
    stable: stable === undefined ? null : { version: stable.version, since: stable.at },
    events: (await changesOf(db, environment, target)).map(eventOf),
  };
}

/** What the audit events of releases and rollouts say of the state after them. */
interface After {
  version?: string;
  candidate?: string;
  phase?: string;
  weight?: number;
  cohort?: string;
  rollout?: string;
  overridden?: string[];
  hypothesis?: string;
}

function eventOf({ id, at, action, environment, target, reason, after, serves, ...by }: HistoryRow): HistoryEvent {
  const state = (after === null ? {} : JSON.parse(after)) as After;
  return {
    at,
    actor: by.actor,
    authenticated: by.authenticated !== null,
    via: by.via,
    action,
    env: environment,
    target,
    reason,
    serves,
    version: state.version ?? state.candidate ?? null,
    phase: state.phase ?? null,
    weight: state.weight ?? null,
    cohort: state.cohort ?? null,
    rollout: state.rollout ?? null,
    overridden: state.overridden ?? [],
    rules: by.rules === null ? null : (JSON.parse(by.rules) as HistoryEvent["rules"]),
    hypothesis: state.hypothesis ?? null,
    auditEvent: id,
  };
}
