import { z } from "zod";

/** A file that a run was made of, beside what it judged. */
export const runInputSchema = z.object({
  path: z.string().describe("from the top folder of the repository"),
  blob: z.string().nullable().describe("what git calls the bytes that were used; null when they changed meanwhile"),
  bytes: z.string().optional().describe("what it would call them unconverted, where it converts line ends or uses LFS"),
  role: z.enum(["suite", "dataset", "outputs", "scorer", "recording"]),
});

export type RunInput = z.infer<typeof runInputSchema>;
