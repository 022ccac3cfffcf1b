import { z } from "zod";

const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]);
const proportion = z.strictObject({ estimate: share, ci95: interval });

const rate = proportion.extend({
  n: z.int().describe("labelled outputs it is a share of"),
  effectiveN: z.number().describe("independent ones they are worth: trials of one case resemble each other"),
});

const corrected = z.strictObject({
  roganGladen: proportion
    .nullable()
    .describe("from the judge's error rates; what later runs of this judge are corrected by"),
  ppi: proportion
    .extend({ lambda: share.describe("how far the judge was trusted; 0 leaves the mean of the labels") })
    .describe("PPI++: the judge on every output, its bias taken from the labelled ones"),
  preferred: z.literal("ppi"),
  why: z.string(),
});

/** `agentops judge calibrate --json`. */
export const calibrationSchema = z.strictObject({
  schema: z.literal("agentops.judge/1"),
  id: z.string().nullable().describe("null when nothing was stored: too few labels decide nothing"),
  verdict: z.enum(["usable", "refused", "inconclusive"]),
  reason: z.string(),
  refusal: z
    .enum(["chance", "unclear", "contradicts"])
    .nullable()
    .describe("chance: no better than guessing; unclear: cannot be told from it; contradicts: surely worse than it"),
  suite: z.string(),
  scorer: z.string(),
  judge: z.string().describe("model pin"),
  key: z.string().describe("digest of what makes the judge: rubric, pin, threshold, what it is shown"),
  run: z.string(),
  labels: z.strictObject({
    file: z.string(),
    digest: z.string(),
    n: z.int().describe("labelled outputs the judge scored"),
    cases: z.int().describe("different cases (or clusters) among them"),
    passes: z.int(),
    fails: z.int(),
    unjudged: z.int().describe("labelled outputs without a verdict: their trial ended in an error"),
  }),
  confusion: z.strictObject({ bothPass: z.int(), judgeOnly: z.int(), personOnly: z.int(), bothFail: z.int() }),
  agreement: proportion.nullable(),
  kappa: z
    .strictObject({
      estimate: z.number(),
      ci95: interval.nullable().describe("null with too few labels, and where nothing varies: no certainty is claimed"),
    })
    .nullable()
    .describe("Cohen's; 0 is chance; null where one side never varies in both"),
  ac1: z.number().nullable().describe("Gwet's AC1, which a rare verdict does not pull to 0"),
  sensitivity: rate.nullable().describe("of what people passed, what the judge passed"),
  specificity: rate.nullable().describe("of what people failed, what the judge failed"),
  successRate: z.strictObject({
    raw: proportion.nullable().describe("outputs of the run that pass by the judge"),
    corrected: corrected.nullable().describe("null unless the judge is usable"),
  }),
  brier: share.nullable().describe("of graded scores as chances of a pass; null when the judge only says yes or no"),
  ece: share.nullable(),
  position: z
    .strictObject({
      pairs: z.int(),
      flips: z.int().describe("pairs whose verdict changed with the order"),
      towardFirst: z.int().describe("flips in which the output shown first won both times"),
      towardSecond: z.int(),
      agreed: z.int().describe("pairs on which both orders gave the label"),
      costUsd: z.number().nullable(),
    })
    .nullable(),
  need: z
    .strictObject({
      labels: z.int().nullable().describe("about how many more; null where a kind of output is missing altogether"),
      casesLeft: z.int().describe("cases (or clusters) of the run without a label"),
      why: z.string(),
    })
    .nullable(),
  notes: z.array(z.string()),
});

export type Calibration = z.infer<typeof calibrationSchema>;
export type Rate = z.infer<typeof rate>;
