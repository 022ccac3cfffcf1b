import { z } from "zod";
import { NORMALIZATIONS } from "./normalize.ts";

const category = z.string().min(1).describe("quality, safety, performance, … ; safety feeds the safety gate");

const selector = z.union([
  z.string().min(1).describe("a regex with one group, applied to the output"),
  z.strictObject({ output: z.string().min(1), expected: z.string().min(1) }).partial(),
]);

export const normalizeSchema = z
  .enum(NORMALIZATIONS)
  .describe(
    "what is made one before texts are compared: nfc (default: composed and decomposed letters, line ends), nfkc (also compatibility forms), typography (nfc, and quotes, dashes, spaces as a keyboard has them), exact (nothing)",
  );

/** Keys every scorer accepts. */
const common = {
  name: z
    .string()
    .min(1)
    .refine(
      (name) => name !== "__proto__",
      "a scorer cannot be called __proto__: results are kept by name, and its own would be lost",
    )
    .optional()
    .describe("how reports call it; default its type"),
  category: category.optional(),
  required: z.boolean().optional().describe("default true: the trial succeeds only when it passes"),
  weight: z.number().min(0).optional().describe("share in the trial's mean score (default 1)"),
  threshold: z.number().min(0).max(1).optional().describe("lowest score that passes, for graded scorers"),
  extract: selector
    .optional()
    .describe(
      "RE2 regex, ^ and $ match at line ends; the first group of the last match (or that match) replaces the value; no match fails the score",
    ),
  normalize: normalizeSchema.optional(),
  transform: selector
    .optional()
    .describe("CEL over output, expected, case, record; its value replaces the output (or expected)"),
};

/** A scorer type and its `not-` form. */
const type = <T extends string>(name: T) => z.enum([name, `not-${name}`] as const);

const text = z.string();
const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const range = z.strictObject({ min: z.number().optional(), max: z.number().optional() });
const countRange = z.union([z.int().min(0), range]);

const toolMatcher = z.strictObject({
  name: text.optional(),
  pattern: text.optional(),
  min: z.int().min(0).optional(),
  max: z.int().min(0).optional(),
});
const toolStep = z.union([text, z.strictObject({ name: text.optional(), pattern: text.optional() })]);

const variants = [
  z.strictObject({ type: type("equals"), value: z.unknown().optional(), ...common }),
  z.strictObject({ type: type("contains"), value: text.optional(), ...common }),
  z.strictObject({ type: type("icontains"), value: text.optional(), ...common }),
  z.strictObject({ type: type("contains-all"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("contains-any"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("icontains-all"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("icontains-any"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("starts-with"), value: text.optional(), ...common }),
  z.strictObject({ type: type("regex"), value: text.optional(), ...common }),
  z.strictObject({
    type: type("is-json"),
    value: z.union([z.record(z.string(), z.unknown()), text]).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("contains-json"),
    value: z.union([z.record(z.string(), z.unknown()), text]).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("numeric"),
    value: z.union([z.number(), text]).optional(),
    tolerance: z.number().min(0).optional(),
    relative: z.number().min(0).optional(),
    ...common,
  }),
  z.strictObject({ type: type("levenshtein"), value: text.optional(), max: z.int().min(0).optional(), ...common }),
  z.strictObject({ type: type("rouge-n"), value: text.optional(), n: z.int().min(1).max(9).optional(), ...common }),
  z.strictObject({
    type: type("word-count"),
    value: countRange.optional(),
    min: z.int().min(0).optional(),
    max: z.int().min(0).optional(),
    ...common,
  }),
  z.strictObject({ type: type("finish-reason"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("is-refusal"), ...common }),
  z.strictObject({
    type: type("latency"),
    max: z.number().positive().optional().describe("milliseconds"),
    ...common,
    threshold: z.number().positive().optional().describe("promptfoo's name for max"),
  }),
  z.strictObject({
    type: type("cost"),
    max: z.number().min(0).optional().describe("USD"),
    ...common,
    threshold: z.number().min(0).optional().describe("promptfoo's name for max"),
  }),
  z.strictObject({
    type: type("expression"),
    value: text.describe("CEL over case, output, expected, record, toolCalls, latencyMs, costUsd"),
    ...common,
  }),
  z.strictObject({
    type: type("llm-rubric"),
    value: text.optional().describe("what a good answer is"),
    rubric: z
      .enum(["toxicity", "bias"])
      .optional()
      .describe("one that ships, instead of value; its accuracy was not measured"),
    model: text.optional().describe("the judge's model pin"),
    provider: text.optional().describe("promptfoo's name for model"),
    ...common,
  }),
  z.strictObject({
    type: type("github:string"),
    equals: text.optional(),
    contains: text.optional(),
    startsWith: text.optional(),
    endsWith: text.optional(),
    ...common,
  }),
  z.strictObject({
    type: type("github:llm"),
    model: text.describe("the judge's model pin"),
    prompt: text.describe("what the judge is asked: {{completion}} is the output, the others are the case's variables"),
    systemPrompt: text.optional(),
    choices: z
      .array(z.strictObject({ choice: z.string().min(1), score: z.number().min(0) }))
      .min(1)
      .describe("the first of them that the reply contains gives the score; above 0 passes"),
    ...common,
  }),
  z.strictObject({
    type: type("javascript"),
    value: text.describe("path of a module whose default export scores"),
    timeoutMs: z.int().min(1).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("exec"),
    value: z.union([text, z.array(text).min(1)]).describe("program and arguments; JSON in on stdin, JSON out"),
    timeoutMs: z.int().min(1).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("trajectory:tool-used"),
    value: z.union([text, z.array(text).min(1), toolMatcher]).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("trajectory:tool-sequence"),
    value: z
      .union([
        z.array(toolStep).min(1),
        z.strictObject({ mode: z.enum(["exact", "in_order"]).optional(), steps: z.array(toolStep).min(1) }),
      ])
      .optional(),
    mode: z.enum(["exact", "in_order"]).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("trajectory:tool-args-match"),
    value: z
      .strictObject({
        name: text.optional(),
        pattern: text.optional(),
        args: z.record(z.string(), z.unknown()).optional(),
        arguments: z.record(z.string(), z.unknown()).optional(),
        mode: z.enum(["exact", "partial"]).optional(),
        defaults: z.record(z.string(), z.unknown()).optional(),
        ignore: texts.optional(),
      })
      .optional(),
    mode: z.enum(["exact", "partial"]).optional(),
    ...common,
  }),
  z.strictObject({
    type: type("trajectory:step-count"),
    value: z
      .union([
        z.int().min(0),
        z.strictObject({
          name: text.optional(),
          pattern: text.optional(),
          min: z.int().min(0).optional(),
          max: z.int().min(0).optional(),
        }),
      ])
      .optional(),
    min: z.int().min(0).optional(),
    max: z.int().min(0).optional(),
    ...common,
  }),
  z.strictObject({ type: type("tool-call-f1"), value: texts.optional(), ...common }),
  z.strictObject({ type: type("tool-call-precision"), value: texts.optional(), ...common }),
] as const;

export const scorerSchema = z.discriminatedUnion("type", variants);

export type ScorerSpec = z.infer<typeof scorerSchema>;
type ScorerType = ScorerSpec["type"];
/** A scorer's type without its `not-`. */
export type BaseType = Exclude<ScorerType, `not-${string}`>;
export type SpecOf<T extends BaseType> = Extract<ScorerSpec, { type: T | `not-${T}` }>;
