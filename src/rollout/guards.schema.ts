import { z } from "zod";

export const critical = z
  .union([z.literal("any"), z.array(z.string())])
  .describe("kinds of breach of which one rolls back");

/** The floor of success now, and what it was made of. */
export const floorNow = z.object({
  configured: z.number(),
  capped: z.boolean().describe("false: as written, whatever the control does"),
  inForce: z
    .number()
    .nullable()
    .describe("null: it waits until enough of the control is known, or the control leaves nothing to ask for"),
  margin: z.number(),
  control: z
    .object({
      n: z.int(),
      rate: z.number(),
      ci95: z.tuple([z.number(), z.number()]).describe("valid at every look at once"),
    })
    .nullable()
    .describe(
      "of this rollout (of all and of the last weight the less), else before it; null: too few outcomes to say",
    ),
});

/** What one breach does. */
export const breachesShape = z.object({
  critical,
  compared: z.boolean().describe("the others, with the control's"),
});

export type Breaches = z.infer<typeof breachesShape>;
export type FloorNow = z.infer<typeof floorNow>;
