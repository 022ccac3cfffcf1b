import { z } from "zod";
import { duration, rolloutTarget } from "./release-config.schema.ts";

/** `outcomes:` of the config, by target: when an outcome of it is final, and what a missing one means. */
export const outcomesConfigSchema = z.record(
  rolloutTarget,
  z.strictObject({
    settle: duration
      .optional()
      .describe(
        "a unit counts in a rollout so long after it was served, with what is known by then (default: learned; 0s: as it arrives)",
      ),
    maxOpen: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("no step up while more than this share of either arm's units has no outcome by then (default 0.05)"),
    missing: z
      .enum(["unknown", "failure"])
      .optional()
      .describe("failure: what has settled without an outcome is a failure, in both arms (default unknown)"),
  }),
);

export type OutcomesConfig = z.infer<typeof outcomesConfigSchema>;
