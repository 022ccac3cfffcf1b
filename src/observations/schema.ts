import { z } from "zod";
import { SERVING } from "../core/external.ts";
import { detailShape } from "./detail-fields.ts";
import type { Detail, DetailFields } from "./details.ts";
import { text } from "./line-text.ts";

/** Of which zone a time without one is, its reader cannot know. */
const time = () => z.iso.datetime({ offset: true, error: "no time with a zone, as 2026-11-21T10:00:00Z has" });

/** One line of `agentops observe`, and what `AgentOps.observe` takes: one production outcome, or a part of one that has an id. */
export const observationSchema = z
  .strictObject({
    target: z.string().regex(/^(prompts|agents)\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/, "prompts/NAME or agents/NAME"),
    version: z.string().regex(SERVING, "the version that served, as v7 (external/NAME: what is no version)"),
    unit: text(500).optional().describe("user, conversation …: what the assignment is sticky for"),
    success: z.boolean().nullable().optional().describe("absent or null: not known yet"),
    latencyMs: z.number().min(0).optional(),
    costUsd: z.number().min(0).optional(),
    inputTokens: z.int().min(0).optional(),
    outputTokens: z.int().min(0).optional(),
    safe: z.boolean().optional(),
    breach: text(200).optional().describe("which kind: pii, secrets …; without safe it says that it was not safe"),
    forced: z
      .boolean()
      .optional()
      .describe("from resolve: asked for by its version, not drawn; stored and in the sums, in no rollout's evidence"),
    shadow: z.boolean().optional().describe("a copy of the input; the answer was not served"),
    servedAt: time().optional().describe("when it was served (default: at)"),
    at: time().optional().describe("when this line's outcome was known (default: servedAt, else now)"),
    exposure: text(200).optional().describe("from resolve: names what was served, and says when"),
    id: text(200)
      .optional()
      .describe(
        "lines of one id are one outcome: makes a repeat harmless, a later line complete or correct it (absent: trace/TRACEID, else a new one)",
      ),
    rollout: z.string().optional().describe("from resolve: the rollout that assigned the unit"),
    weight: z.number().min(0).max(1).optional().describe("from resolve: the candidate's share at that moment"),
    ...detailShape,
  })
  .refine(({ success, id, traceId }) => typeof success === "boolean" || id !== undefined || traceId !== undefined, {
    path: ["success"],
    message: "missing (true or false; a line that comes before it is known needs an id or a traceId)",
  });

/** One line of `agentops observe --served`: somebody was served a version. */
export const exposureSchema = z.strictObject({
  target: observationSchema.shape.target,
  version: observationSchema.shape.version,
  unit: text(500).describe("user, conversation …: what the assignment is sticky for"),
  servedAt: time().describe("when it was served"),
  exposure: text(200).describe("its own name: makes a repeat harmless, and outcomes may carry it"),
  rollout: z.string().optional().describe("from resolve: the rollout that assigned the unit"),
  weight: z.number().min(0).max(1).optional().describe("from resolve: the candidate's share at that moment"),
});

export type ExposureLine = z.infer<typeof exposureSchema>;

export type Observation = z.infer<typeof observationSchema>;

/** The version of an outcome of which nobody has said one; it counts for that version alone, which no rollout compares and no release has. */
export const NO_VERSION = "";

/** What is recorded: an observation, or what is made of the root span of a trace, which may name no version. */
export type OutcomeLine = Omit<Observation, "version"> & {
  version?: string | undefined;
  /** All that it says yields to what anybody else says. */
  source?: "trace" | undefined;
};

type Plain = Omit<Observation, "version" | Detail>;

/** A line with its id and its times, ISO 8601 in UTC. */
export interface DatedLine extends Plain {
  /** {@link NO_VERSION} where it names none. */
  version: string;
  details: DetailFields | undefined;
  source: "trace" | undefined;
  id: string;
  /** When what it says was known. */
  at: string;
  /** Not later than `at`. */
  servedAt: string;
  /** Somebody said when it was served, apart from `at`; else it was at `at`, or before. */
  isServedSaid: boolean;
  /** Nobody said a time: `at` is when it came. */
  isUndated: boolean;
}

/** An outcome with its id and its times: when it was served, and when it was known whether it was a success. */
export type Dated = Omit<Plain, "success"> & {
  version: string;
  details?: DetailFields | undefined;
  id: string;
  at: string;
  servedAt: string;
  isServedSaid?: boolean;
  success: boolean;
};

const unknownBySchema = z
  .strictObject({ target: z.int(), version: z.int(), rollout: z.int() })
  .describe(
    "of a target that was never released in this environment, of a version it never had, of a rollout that this environment never had",
  );

export type UnknownBy = z.infer<typeof unknownBySchema>;

/** `agentops observe --json`. */
export const observedSchema = z.object({
  schema: z.literal("agentops.observed/1"),
  env: z.string(),
  store: z.string(),
  recorded: z.int().describe("new ones"),
  repeated: z.int().describe("ids the store had already; nothing changed"),
  completed: z.int().describe("of ids the store had without a success: now it is known"),
  corrected: z.int().describe("of ids the store had, that changed or added to what it knew"),
  moved: z
    .int()
    .describe("lines that say another version or unit than those of their id before them; what was known later stands"),
  unknown: z
    .int()
    .describe(
      "new ones of a target, version or rollout that this store does not know; kept, and in no rollout's counts",
    ),
  unknownBy: unknownBySchema,
  invalid: z.int().describe("lines left out with --skip-invalid"),
});

export type ObservedDocument = z.infer<typeof observedSchema>;
