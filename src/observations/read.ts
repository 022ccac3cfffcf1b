import { SERVING } from "../core/external.ts";
import { STATES } from "./detail-fields.ts";
import { type Observation, observationSchema } from "./schema.ts";

const TARGET = /^(prompts|agents)\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;
/** A time in UTC with milliseconds, on a day that every month has; the rest is the schema's to judge. */
const IN_EVERY_MONTH = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const isText = (most: number) => (value: unknown) =>
  typeof value === "string" && value.length > 0 && value.length <= most && !value.includes("\0");
const isBoolean = (value: unknown) => typeof value === "boolean";
const isTime = (value: unknown) => typeof value === "string" && IN_EVERY_MONTH.test(value);
const isAmount = (value: unknown) => typeof value === "number" && value >= 0 && value < Infinity;
const isCount = (value: unknown) => typeof value === "number" && value >= 0 && Number.isSafeInteger(value);

const isShare = (value: unknown) => isAmount(value) && (value as number) <= 1;

const PLAIN = new Map<string, (value: unknown) => boolean>([
  ["target", (value) => typeof value === "string" && TARGET.test(value)],
  ["version", (value) => typeof value === "string" && SERVING.test(value)],
  ["unit", isText(500)],
  ["success", (value) => value === null || isBoolean(value)],
  ["latencyMs", isAmount],
  ["costUsd", isAmount],
  ["inputTokens", isCount],
  ["outputTokens", isCount],
  ["safe", isBoolean],
  ["breach", isText(200)],
  ["forced", isBoolean],
  ["shadow", isBoolean],
  ["servedAt", isTime],
  ["at", isTime],
  ["exposure", isText(200)],
  ["id", isText(200)],
  ["rollout", (value) => typeof value === "string"],
  ["weight", isShare],
  // All others of the contract's, but `escalated`, which is rare and no plain value.
  ...["taskId", "model"].map((name) => [name, isText(200)] as const),
  ...["taskType", "feature", "errorCategory"].map((name) => [name, isText(100)] as const),
  ...["user", "session"].map((name) => [name, isText(500)] as const),
  ["overridden", isBoolean],
  ["confidence", isShare],
  ["faithfulness", isShare],
  ["toolCalls", isCount],
  ["toolCostUsd", isAmount],
  ["valueUsd", Number.isFinite],
  ["valueHours", Number.isFinite],
  ["feedback", (value) => value === "up" || value === "down"],
  ["state", (value) => (STATES as readonly unknown[]).includes(value)],
  ["traceId", isText(190)],
]);

/**
 * What the schema says of a value. Production outcomes come in millions and are nearly all right: what plainly is gets no closer look, which
 * is a sixth of the time that recording it takes; a test holds the two together.
 */
export function readObservation(value: unknown): ReturnType<typeof observationSchema.safeParse> {
  const plain = plainObservation(value);
  return plain === undefined ? observationSchema.safeParse(value) : { success: true, data: plain };
}

/** A copy of what plainly is an observation; undefined says nothing. A getter is asked once. */
export function plainObservation(value: unknown): Observation | undefined {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const its: unknown = (value as Record<string, unknown>)[key];
    const isPlain = PLAIN.get(key);
    if (isPlain === undefined || (its !== undefined && !isPlain(its))) return undefined;
    if (its !== undefined) copy[key] = its;
  }
  const { target, version, id, traceId, success } = copy;
  if (target === undefined || version === undefined) return undefined;
  return typeof success !== "boolean" && id === undefined && traceId === undefined ? undefined : (copy as Observation);
}
