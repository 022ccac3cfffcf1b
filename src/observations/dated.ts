import { newId } from "../core/ids.ts";
import { detailsIn, traceName } from "./details.ts";
import { servedAtOf } from "./exposure-token.ts";
import { type DatedLine, NO_VERSION, type OutcomeLine } from "./schema.ts";

/**
 * A line with its id and its times. One that says a single time was served and known then; an exposure says when it was served, and nothing
 * of when its outcome was known, which is now unless the line says it.
 */
export function datedOf(given: OutcomeLine, now: string): DatedLine {
  const { at, servedAt, exposure, breach, safe } = given;
  const told = servedAt ?? (exposure === undefined ? null : servedAtOf(exposure));
  const known = at ?? (exposure === undefined ? servedAt : undefined);
  const time = known === undefined ? now : notAfter(utc(known), now);
  const served = told === null || told === known ? time : notAfter(utc(told), time);
  // Key by key, so that all lines have one shape: what reads them by the million then takes half the time.
  return {
    target: given.target,
    version: given.version ?? NO_VERSION,
    unit: given.unit,
    success: given.success,
    latencyMs: given.latencyMs,
    costUsd: given.costUsd,
    inputTokens: given.inputTokens,
    outputTokens: given.outputTokens,
    // Who names a breach need not also say that it was not safe.
    safe: breach !== undefined && safe === undefined ? false : safe,
    breach,
    shadow: given.shadow,
    rollout: given.rollout,
    weight: given.weight,
    exposure,
    forced: given.forced,
    details: detailsIn(given),
    source: given.source,
    id: given.id ?? newIdOf(given),
    at: time,
    servedAt: served,
    isServedSaid: served !== time || (exposure !== undefined && told !== null),
    isUndated: known === undefined,
  };
}

/** The outcome of a trace is one, however often it is told. */
export function newIdOf({ traceId }: Pick<OutcomeLine, "traceId">): string {
  return traceId === undefined ? newId() : traceName(traceId);
}

/** What has not come yet is a clock that is wrong, and would be among the last bad things for ever. */
function notAfter(at: string, latest: string): string {
  return at > latest ? latest : at;
}

/** Times are compared as text, so all of them are in UTC with milliseconds. */
function utc(at: string): string {
  return at.length === 24 && at.endsWith("Z") ? at : new Date(at).toISOString();
}
