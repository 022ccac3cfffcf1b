import { type Kill, reasonText } from "../kill/latch.ts";
import { bucketOf, isCandidate } from "./assignment.ts";
import type { CohortOf } from "./cohorts.ts";
import type { Resolution } from "./schema.ts";

type Value = NonNullable<Resolution["value"]>;

/** A version's content as it is served. */
export interface ServedVersion {
  version: string;
  digest: string;
  value: Value;
}

/** What an environment serves of one target; null where nobody knows. */
export interface Serving {
  stable: ServedVersion | null;
  rollout: {
    id: string;
    /** The candidate's share; 0 while it gets copies only, or cohorts alone. */
    weight: number;
    /** Who is served the candidate by name; null where nobody is. */
    cohorts: { names: readonly string[]; of: CohortOf } | null;
    control: ServedVersion;
    candidate: ServedVersion;
  } | null;
}

export interface ResolveRequest {
  target: string;
  env: string | null;
  serving: Serving | null;
  /** The first kill that stops it. */
  kill: Pick<Kill, "actor" | "reason" | "at"> | undefined;
  unit: string | undefined;
  /** In [0, 1): takes the place of the bucket where no unit is given. */
  chance: () => number;
}

/** What a caller is served, and why. */
export function resolve(request: ResolveRequest): Resolution {
  const { target, env, serving, kill } = request;
  if (kill !== undefined) {
    const why = `${target} is killed: ${reasonText(kill)} (by ${kill.actor} since ${kill.at})`;
    return { ...nothing(target, env, why), reason: "DISABLED", errorCode: "AGENT_KILLED" };
  }
  if (serving?.rollout) return inRollout(request, serving.rollout);
  if (serving?.stable)
    return { ...nothing(target, env, null), ...of(serving.stable), variant: "stable", reason: "STATIC" };
  return notReleased(target, env, `no version of ${target} was released in ${env ?? "any environment"}`);
}

export function notReleased(target: string, env: string | null, message: string): Resolution {
  return { ...nothing(target, env, message), errorCode: "NOT_RELEASED" };
}

/** Nothing to serve: an error unless the caller says more. */
export function nothing(target: string, env: string | null, message: string | null): Resolution {
  return {
    schema: "agentops.resolution/1",
    target,
    env,
    variant: null,
    version: null,
    digest: null,
    reason: "ERROR",
    errorCode: null,
    message,
    value: null,
    rollout: null,
    weight: null,
    cohort: null,
    bucket: null,
    shadow: null,
  };
}

function inRollout(
  { target, env, unit, chance }: ResolveRequest,
  rollout: NonNullable<Serving["rollout"]>,
): Resolution {
  const { id, weight, control, candidate, cohorts } = rollout;
  const shown = { ...nothing(target, env, null), rollout: id, weight };
  const cohort = cohortIn(cohorts, unit);
  if (cohort !== null) return { ...shown, ...of(candidate), variant: "candidate", reason: "TARGETING_MATCH", cohort };
  if (weight === 0) {
    const shadow = cohorts === null ? candidate : null;
    return { ...shown, ...of(control), variant: "control", reason: "STATIC", shadow };
  }
  const bucket = unit === undefined ? chance() : bucketOf(id, unit);
  const served = isCandidate(bucket, weight) ? candidate : control;
  return {
    ...shown,
    ...of(served),
    variant: served === candidate ? "candidate" : "control",
    reason: "SPLIT",
    bucket: unit === undefined ? null : bucket,
    ...(unit === undefined && {
      errorCode: "UNIT_MISSING",
      message: "no unit was given, so chance decided, and will again: pass the user's or the conversation's id",
    }),
  };
}

/** The cohort by which a unit is served the candidate, if any. */
export function cohortIn(cohorts: NonNullable<Serving["rollout"]>["cohorts"], unit: string | undefined): string | null {
  if (cohorts === null || unit === undefined) return null;
  const place = cohorts.of(unit);
  return place === undefined ? null : (cohorts.names[place] ?? null);
}

function of({ version, digest, value }: ServedVersion) {
  return { version, digest, value };
}
