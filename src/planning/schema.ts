import { z } from "zod";

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const interval = z.tuple([z.number().nullable(), z.number().nullable()]).describe("null: unbounded on that side");

/** What stored runs gave to a plan; nothing of it is ever assumed. */
const evidenceSchema = z.strictObject({
  runs: z.array(z.string()),
  cases: count.describe("cases it rests on; shared ones of two runs"),
  baseline: share.nullable().describe("the run's success rate, where the plan takes it"),
  baselineCi95: z.tuple([z.number(), z.number()]).nullable(),
  discordance: share.nullable().describe("share of cases on which one trial of either side would differ"),
  omega2: z.number().nullable().describe("variance between cases of the true difference"),
  sigma2Control: z.number().nullable().describe("mean variance of one trial of a case"),
  sigma2Candidate: z.number().nullable(),
  trialsControl: z.number().nullable().describe("trials a case"),
  trialsCandidate: z.number().nullable(),
  designEffect: z.number().nullable().describe("what clusters cost: times as many cases; null when unknown"),
  difference: z.number().nullable().describe("candidate minus control in these runs"),
});

/** Groups of cases that are alike, and the test they are judged by. */
const clustersSchema = z.strictObject({
  now: count.describe("in the runs; a case that names no cluster is one of its own"),
  planned: count.describe(
    "that `cases` come in, at as many cases a cluster as the runs have; of sample-size those that are needed",
  ),
  least: count.describe("fewer than these show nothing at this alpha, however large the difference"),
  test: z
    .enum(["sign-flip", "clustered-t"])
    .describe(
      "what `planned` clusters are judged by: sign flips of fewer than ten, else t with clusters - 1 degrees of freedom",
    ),
});

const schema = z.literal("agentops.stats/1");
const planned = {
  method: z.string(),
  unit: z.enum(["observations", "cases"]).describe("cases: the comparison is paired, each case runs on both sides"),
  alpha: share,
  sided: z.enum(["one", "two"]),
  allocation: share.nullable().describe("the candidate's share; null when paired"),
  baseline: share.nullable().describe("success rate of the control; null when paired"),
  direction: z.enum(["down", "up"]).describe("down: the candidate is worse"),
  evidence: evidenceSchema.nullable(),
  clusters: clustersSchema
    .nullable()
    .describe("paired comparisons of cases in clusters, of which there have to be enough; null of others"),
  curve: z.array(z.strictObject({ n: z.number(), power: share })).describe("power against n, in units"),
  exactSize: share
    .nullable()
    .describe(
      "how often the pooled or unpooled test at these sizes says that there is a difference where both arms have the baseline's rate, counted over all outcomes; alpha is what it aims at. Null of other tests",
    ),
  notes: z.array(z.string()),
};
/** What is looked for: a difference of success rates, or a margin it must stay within. */
const goal = { mde: share.nullable(), margin: share.nullable(), power: share };
/** Of each arm; observations, or trials of a paired comparison. */
const sizes = { control: count, candidate: count, total: count, cases: count.nullable() };

const sampleSizeSchema = z.strictObject({
  schema,
  action: z.literal("sample-size"),
  ...planned,
  ...goal,
  ...sizes,
  moreTrials: z
    .strictObject({ help: z.boolean(), casesWithTwice: count })
    .nullable()
    .describe("whether more trials a case would save cases (σ²/K against ω²/4)"),
});

const powerSchema = z.strictObject({
  schema,
  action: z.literal("power"),
  ...planned,
  ...goal,
  ...sizes,
  falseAlarm: share.nullable().describe("the test's true level where it was enumerated"),
});

const alternative = z
  .strictObject({
    mde: share,
    n: count,
    clusters: count.nullable().describe("that n cases come in; null without clusters"),
  })
  .nullable();

const mdeSchema = z.strictObject({
  schema,
  action: z.literal("mde"),
  ...planned,
  ...sizes,
  power: share,
  down: share.nullable().describe("smallest drop that is seen; null when none is"),
  up: share.nullable().describe("smallest gain that is seen; null when none is"),
  smaller: alternative.describe("what a smaller drop would take, in units"),
});

const counted = z.strictObject({ successes: count, n: count, rate: share });
const estimated = { estimate: z.number(), interval };
const measured = {
  schema,
  action: z.literal("ci"),
  confidence: share,
  notes: z.array(z.string()),
};

const ciSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...measured, kind: z.literal("proportion"), method: z.string(), ...estimated, sample: counted }),
  z.strictObject({ ...measured, kind: z.literal("difference"), method: z.string(), ...estimated, control: counted, candidate: counted }),
  z.strictObject({
    ...measured,
    kind: z.literal("paired"),
    method: z.string(),
    ...estimated,
    pairs: z.strictObject({ bothPass: count, onlyControl: count, onlyCandidate: count, neither: count }),
    pValue: z.strictObject({ exact: share, midP: share }).describe("McNemar, two-sided"),
    test: z.enum(["mcnemar-midp", "mcnemar-exact"]).describe("whose p decides: exact below 6 changed cases, as in diff"),
  }),
  z.strictObject({
    ...measured,
    kind: z.literal("run"),
    method: z.string(),
    run: z.string(),
    suite: z.string(),
    scored: count,
    successRate: z.strictObject(estimated),
    p95LatencyMs: z.strictObject(estimated).nullable(),
  }),
  z.strictObject({
    ...measured,
    kind: z.literal("values"),
    method: z.enum(["welch", "mann-whitney"]),
    ...estimated,
    n: z.strictObject({ control: count, candidate: count }),
    pValue: share,
    exact: z.boolean().describe("p was counted over all arrangements of the values, not approximated"),
    superiority: share.nullable().describe("P(candidate > control) + ½ P(tie), of mann-whitney"),
  }),
]); // prettier-ignore

const duration = {
  candidate: count.describe("observations of the candidate"),
  arrivals: count,
  hours: z.number().min(0),
};
const moment = z.strictObject({ ...duration, step: count.describe("index into steps"), weight: share });
const scenario = {
  successRate: share.describe("the candidate's true success rate"),
  expected: moment,
  p90: moment.describe("nine of ten are decided by then"),
};

const rolloutPlanSchema = z.strictObject({
  schema,
  action: z.literal("plan"),
  method: z.literal("aipw-betting"),
  baseline: share,
  mde: share,
  margin: share,
  alpha: share,
  guardrails: count,
  harmThreshold: z
    .number()
    .describe("evidence of the success rate that rolls back alone: 1 / alpha, divided by its share of the alarm"),
  safeThreshold: z.number().describe("evidence that promotes: 1 / alpha, of every guardrail"),
  perHour: z.number(),
  stepHours: z.number().describe("a step lasts at least that long"),
  stepObservations: count.describe("and until the candidate has that many observations there"),
  trafficHours: z.number().describe("of traffic before everybody gets it"),
  settleHours: z.number().describe("a unit counts so long after it was served"),
  deadlineHours: z.number().describe("then it is paused as inconclusive"),
  byDeadline: z
    .strictObject({
      drop: share.nullable().describe("smallest drop that nine of ten rollouts find; null: none"),
      margin: share
        .nullable()
        .describe("smallest margin that nine of ten candidates as good as the control are shown to keep; null: none"),
    })
    .describe("what this traffic can show by the deadline"),
  steps: z.array(
    z.strictObject({
      weight: share,
      candidatePerHour: z.number(),
      least: z.strictObject(duration).nullable().describe("how long it lasts while nothing is decided; null at 1"),
      alone: z
        .strictObject({ harmful: z.strictObject(duration), harmless: z.strictObject(duration) })
        .nullable()
        .describe("expected if the whole rollout stayed at this weight; null at 1, where there is no control"),
    }),
  ),
  harmful: z.strictObject({ outcome: z.literal("rolled-back"), ...scenario }).describe("worse by mde"),
  harmless: z.strictObject({ outcome: z.literal("promoted"), ...scenario }).describe("as good as the control"),
  evidence: evidenceSchema.nullable(),
  notes: z.array(z.string()),
}); // prettier-ignore

/** `agentops stats ACTION --json`. */
export const statsSchema = z.union([sampleSizeSchema, powerSchema, mdeSchema, rolloutPlanSchema, ciSchema]);

export type RunsUsed = z.infer<typeof evidenceSchema>;
export type SampleSize = z.infer<typeof sampleSizeSchema>;
export type PowerReport = z.infer<typeof powerSchema>;
export type MdeReport = z.infer<typeof mdeSchema>;
export type RolloutForecast = z.infer<typeof rolloutPlanSchema>;
export type CiReport = z.infer<typeof ciSchema>;
export type StatsReport = z.infer<typeof statsSchema>;
