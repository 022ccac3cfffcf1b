import { z } from "zod";

/** How files of GitHub Models and of OpenAI's API spell our parameters. `maxTokens` is GitHub's old name; providers get what they take. */
const SPELLINGS = {
  topP: ["topP", "top_p"],
  topK: ["topK", "top_k"],
  maxTokens: ["maxTokens", "maxCompletionTokens", "max_tokens", "max_completion_tokens"],
  frequencyPenalty: ["frequencyPenalty", "frequency_penalty"],
  presencePenalty: ["presencePenalty", "presence_penalty"],
} as const;

const share = z.number().min(0).max(1);
const count = z.int().min(1);
const penalty = z.number().min(-2).max(2);

const written = z
  .strictObject({
    temperature: z.number().min(0).max(2),
    topP: share,
    top_p: share,
    topK: count,
    top_k: count,
    maxTokens: count,
    maxCompletionTokens: count.describe("GitHub Models' name for maxTokens"),
    max_tokens: count,
    max_completion_tokens: count,
    frequencyPenalty: penalty,
    frequency_penalty: penalty,
    presencePenalty: penalty,
    presence_penalty: penalty,
    seed: z.int(),
    stop: z.union([z.string(), z.array(z.string())]),
    extra: z.record(z.string(), z.unknown()).describe("provider options, passed through as they are"),
  })
  .partial();

type Written = z.infer<typeof written>;

/** `modelParameters` in any of its spellings, read as one; two spellings of one parameter that differ are refused. */
export const modelParameters = written
  .superRefine((given, context) => {
    for (const names of Object.values(SPELLINGS)) {
      const [first, other] = spelt(given, names);
      if (first === undefined || other === undefined || given[first] === given[other]) continue;
      const message = `${first} says ${given[first]} and ${other} ${given[other]}, and they are one parameter`;
      context.addIssue({ code: "custom", path: [other], message });
    }
  })
  .transform((given): ModelParametersRead => {
    const { temperature, seed, stop, extra } = given;
    const one = (names: readonly Spelling[]) => names.map((name) => given[name]).find((value) => value !== undefined);
    const { topP, topK, maxTokens, frequencyPenalty, presencePenalty } = SPELLINGS;
    const read = {
      ...{ temperature, topP: one(topP), topK: one(topK), maxTokens: one(maxTokens) },
      ...{ frequencyPenalty: one(frequencyPenalty), presencePenalty: one(presencePenalty), seed, stop, extra },
    };
    // A key without a value would make two equal requests differ.
    return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
  });

type Spelling = (typeof SPELLINGS)[keyof typeof SPELLINGS][number];
type ModelParametersRead = Pick<Written, "temperature" | "seed" | "stop" | "extra" | keyof typeof SPELLINGS>;

function spelt<K extends keyof Written>(given: Written, names: readonly K[]): K[] {
  return names.filter((name) => given[name] !== undefined);
}

/** Every key that `modelParameters` has. */
export const PARAMETER_NAMES = Object.keys(written.shape);
