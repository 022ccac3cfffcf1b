import { AgentopsError } from "../core/errors.ts";
import { SERVING } from "../core/external.ts";
import { notReleased, nothing } from "../serving/resolve.ts";
import type { Resolution } from "../serving/schema.ts";
import { answer, type Resolved, type Route, withServed } from "./resolution.ts";

/** A version as it is named; undefined where none was. Throws REF_INVALID for what is none. */
export function versionOf(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string" && SERVING.test(given)) return given;
  throw new AgentopsError("REF_INVALID", `not a version: ${typeof given === "string" ? given : typeof given}`, {
    hint: "v7",
  });
}

/**
 * What somebody is served who asks for a version by name, as for a test in production: one of those that are served here now. Nobody drew it,
 * so its outcomes are no evidence (`served.forced`), and it is no exposure.
 */
export function exactAnswer(route: Route, version: string, unit: string | undefined): Resolved {
  const { target, env, serving, kill, unclear } = route;
  const isStopped = kill !== undefined || unclear !== null || serving === null;
  if (isStopped) return withServed({ ...answer(route, unit, () => 0), ...UNSERVED }, unit, null, null);
  const { stable, rollout } = serving;
  const known = (["control", "candidate"] as const).flatMap((variant) => (rollout === null ? [] : [{ variant, ...rollout[variant] }])); // prettier-ignore
  const all = [...known, ...(stable === null ? [] : [{ variant: "stable" as const, ...stable }])];
  const found = all.find((one) => one.version === version);
  const names = [...new Set(all.map((one) => one.version))].join(", ");
  if (found === undefined)
    return withServed(notReleased(target, env, `${target}@${version} is not served in ${env ?? "any environment"}; served: ${names}`), unit, null, null); // prettier-ignore
  const resolution: Resolution = { ...nothing(target, env, route.problem), ...found, reason: route.problem === null ? "TARGETING_MATCH" : "STALE" }; // prettier-ignore
  const served = { target, version, ...(unit !== undefined && { unit }), forced: true };
  return { ...withServed(resolution, unit, null, null), served };
}

/** What was to be served without a name is not what was asked for. */
const UNSERVED = { version: null, digest: null, value: null, variant: null, rollout: null, weight: null, cohort: null, shadow: null, bucket: null }; // prettier-ignore
