import { z } from "zod";
import { COHORT_NAME } from "./steps.ts";

/** More are a share of the units. */
const MOST_UNITS = 10_000;

const cohortName = z
  .string()
  .regex(COHORT_NAME, "a cohort's name begins with a letter (internal), so that no weight is taken for one");

/** One entry under `cohorts:`. */
const cohortSchema = z
  .strictObject({
    units: z
      .array(z.string('a unit is a text: "42" in quotes').min(1).max(500))
      .min(1, "a cohort of no units would wait for ever")
      .max(MOST_UNITS)
      .optional()
      .describe("the units themselves, as resolve and observe are given them"),
    domain: z
      .string()
      .max(253)
      .regex(/^[^@\s*]+\.[^@\s*.]+$/, "a domain is what stands behind the @ of its units: example.com")
      .optional()
      .describe("units that end in @ and this domain, in any case; no subdomains"),
  })
  .refine(({ units, domain }) => (units === undefined) !== (domain === undefined), {
    message: "a cohort has either units: [ada, bob] or domain: example.com",
  });

/** `cohorts:` of the config. */
export const cohortsConfigSchema = z.record(cohortName, cohortSchema);
