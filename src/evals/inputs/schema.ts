import { z } from "zod";

/** What a run was made of, beside what it judged: a file, or who the config says answers behind a model pin. */
export const runInputSchema = z.object({
  path: z.string().describe("from the top folder of the repository"),
  blob: z
    .string()
    .nullable()
    .describe(
      "what git calls the bytes that were used, or a digest over the provider and price of a model or judge; null when they changed meanwhile",
    ),
  bytes: z.string().optional().describe("what it would call them unconverted, where it converts line ends or uses LFS"),
  ignored: z
    .literal(true)
    .optional()
    .describe("git ignored this file of a program here, a log say: it counts where a commit has one of its name"),
  pin: z.string().optional().describe("of a model or a judge"),
  role: z
    .enum(["suite", "dataset", "outputs", "scorer", "recording", "agent", "model", "judge"])
    .describe("agent: a file of the program that answers; model and judge: who answers behind a pin"),
});

export type RunInput = z.infer<typeof runInputSchema>;
