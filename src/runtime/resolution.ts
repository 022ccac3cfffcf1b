import { holding, type Kill, targetsOf } from "../kill/latch.ts";
import type { Observation } from "../observations/schema.ts";
import { isCandidate } from "../serving/assignment.ts";
import { cohortIn, notReleased, nothing, resolve, type Serving } from "../serving/resolve.ts";
import type { Resolution } from "../serving/schema.ts";
import type { Buckets, Places } from "./buckets.ts";
import type { ExposureCounter, Tally } from "./exposure-counter.ts";
import type { StoreReader } from "./store-reader.ts";

/** What an observation of it says: `ops.observe({ ...resolved.served, success })`. */
export type Served = Pick<Observation, "target" | "version" | "unit" | "rollout" | "weight" | "exposure" | "forced">;

/** A {@link Resolution}, and what an observation of it says; null where nothing was served. */
export type Resolved = Resolution & { served: Served | null };

/** All that does not depend on the unit; holds until the store changes. */
export interface Route {
  target: string;
  env: string | null;
  serving: Serving | null;
  kill: Kill | undefined;
  /** Set where the store cannot be read. */
  problem: string | null;
  /** Set where a name or an environment could mean several things. */
  unclear: string | null;
}

/** Finds what a name is served from. Throws REF_INVALID, USAGE for what is no name. */
export function routeOf(reader: StoreReader, environment: string | null, name: string): Route {
  const targets = targetsOf(name, "resolve");
  const snapshot = reader.snapshot();
  const env = environmentOf(reader, environment);
  const found = env === null ? [] : targets.filter((target) => snapshot?.of(env, target) != null);
  const [target = targets.length === 1 ? (targets[0] as string) : name] = found;
  return {
    target,
    env,
    serving: env === null ? null : (snapshot?.of(env, target) ?? null),
    kill: holding(reader.kills(), environment, targets)[0],
    problem: reader.storeProblem(),
    unclear: unclearOf(name, env, found, snapshot?.environments ?? []),
  };
}

/** The environment that was named, else the store's only one. */
export function environmentOf(reader: StoreReader, named: string | null): string | null {
  if (named !== null) return named;
  const environments = reader.snapshot()?.environments ?? [];
  return environments.length === 1 ? (environments[0] as string) : null;
}

function unclearOf(name: string, env: string | null, found: string[], environments: readonly string[]): string | null {
  if (found.length > 1) return `${name} is served as ${found.join(" and as ")}; say which one`;
  if (env === null && environments.length > 1)
    return `this store has the environments ${environments.join(", ")}; say which one: new AgentOps({ env }) or AGENTOPS_ENV`;
  return null;
}

/** What a unit is served by a route. What comes from memory because the store cannot be read says so. */
export function answer(route: Route, unit: string | undefined, chance: () => number): Resolution {
  const { target, env, serving, kill, problem, unclear } = route;
  if (kill === undefined && unclear !== null) return notReleased(target, env, unclear);
  const resolution = resolve({ target, env, serving, kill, unit, chance });
  if (problem === null || resolution.reason === "DISABLED") return resolution;
  if (resolution.reason === "ERROR") return { ...nothing(target, env, problem), errorCode: "STORE_FAILED" };
  return { ...resolution, reason: "STALE", message: resolution.message ?? `the last known good: ${problem}` };
}

/** Answers of a route, each made once: only the unit and its bucket differ from call to call. */
export interface Answers {
  control?: Resolution;
  candidate?: Resolution;
  fixed?: Resolution;
  cohorts?: Map<string, Resolution>;
  places?: Places;
  /** Where answers are counted: of units that are divided by arm, of all others by version. */
  divided?: Record<"control" | "candidate", Tally>;
  others?: Map<string, Tally>;
}

/**
 * A unit as it is used, also by callers without types: a number is an id as well. Nothing and an empty text are no unit, or all of
 * them would share one place and one arm.
 */
export function unitOf(given: unknown): string | undefined {
  if (typeof given === "string") return given === "" ? undefined : given;
  const isNumber = typeof given === "bigint" || (typeof given === "number" && Number.isFinite(given));
  return isNumber ? String(given) : undefined;
}

/** Where chance and what was computed before come from. */
export interface Sources {
  chance: () => number;
  buckets: Buckets;
  counter: ExposureCounter;
}

/** The same as {@link answer}, in a fraction of the time. */
export function quickAnswer(route: Route, answers: Answers, unit: string | undefined, sources: Sources): Resolved {
  const { chance, buckets, counter } = sources;
  const rollout = route.serving?.rollout ?? null;
  if (rollout !== null && rollout.cohorts !== null) {
    const cohort = cohortIn(rollout.cohorts, unit);
    if (cohort !== null) {
      const known = ofCohort(answers, cohort, () => answer(route, unit, chance));
      return withServed(known, unit, null, countedAs(known, answers, counter));
    }
  }
  if (rollout === null || rollout.weight === 0) {
    const known = (answers.fixed ??= answer(route, unit, chance));
    return withServed(known, unit, null, countedAs(known, answers, counter));
  }
  if (unit === undefined) {
    const made = answer(route, unit, chance);
    return withServed(made, unit, null, countedAs(made, answers, counter));
  }
  const place = (answers.places ??= buckets.in(rollout.id)).of(unit);
  const variant = isCandidate(place.bucket, rollout.weight) ? "candidate" : "control";
  const known = (answers[variant] ??= answer(route, unit, chance));
  if (known.version === null) return withServed(known, unit, null, null);
  if (rollout.weight >= 1) return withServed(known, unit, place.bucket, countedAs(known, answers, counter));
  counter.addTo((answers.divided ??= dividedBy(route.target, rollout, counter))[variant], place);
  return withServed(known, unit, known.bucket === null ? null : place.bucket, counter.token());
}

/** Counts an answer by its version alone; its token, or null where nothing was served. */
function countedAs({ target, version }: Resolution, answers: Answers, counter: ExposureCounter): string | null {
  if (version === null) return null;
  const others = (answers.others ??= new Map<string, Tally>());
  let tally = others.get(version);
  if (tally === undefined) others.set(version, (tally = counter.tally({ target, version })));
  counter.add(tally);
  return counter.token();
}

function dividedBy(
  target: string,
  { id: rollout, weight, control, candidate }: NonNullable<Serving["rollout"]>,
  counter: ExposureCounter,
): NonNullable<Answers["divided"]> {
  return {
    control: counter.tally({ target, version: control.version, rollout, weight }),
    candidate: counter.tally({ target, version: candidate.version, rollout, weight }),
  };
}

/** One answer for all of its units. */
function ofCohort(answers: Answers, cohort: string, make: () => Resolution): Resolution {
  const known = (answers.cohorts ??= new Map<string, Resolution>()).get(cohort);
  if (known !== undefined) return known;
  const made = make();
  answers.cohorts.set(cohort, made);
  return made;
}

export function withServed(
  resolution: Resolution,
  unit: string | undefined,
  bucket: number | null,
  exposure: string | null,
): Resolved {
  const { schema, target, env, variant, version, digest, reason, errorCode, message } = resolution;
  const { value, rollout, weight, cohort, shadow } = resolution;
  const served = servedOf(resolution, unit, exposure);
  // Each field by its name: a spread of as many takes five times as long.
  return { schema, target, env, variant, version, digest, reason, errorCode, message, value, rollout, weight, cohort, bucket, shadow, served }; // prettier-ignore
}

function servedOf(
  { target, version, rollout, weight, cohort }: Resolution,
  unit: string | undefined,
  exposure: string | null,
): Served | null {
  if (version === null) return null;
  const served: Served = { target, version };
  if (exposure !== null) served.exposure = exposure;
  if (unit !== undefined) served.unit = unit;
  if (rollout !== null && weight !== null) {
    served.rollout = rollout;
    // Not drawn, so with the probability that it had: what counts by it compares nothing, also in a release that knows no cohorts.
    served.weight = cohort === null ? weight : 1;
  }
  return served;
}
