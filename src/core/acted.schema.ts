import { z } from "zod";

/** Somebody who did something, in a document. */
export const actedShape = {
  actor: z.string(),
  authenticated: z
    .boolean()
    .describe("true where a signature shows that it was the actor, as of signed approvals; else somebody said so"),
};
