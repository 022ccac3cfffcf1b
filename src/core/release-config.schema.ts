import { z } from "zod";
import { DURATION_PATTERN, durationMs } from "./duration.ts";
import { reasonIn } from "./reason.ts";
import { COHORT_NAME, stepsProblem } from "./steps.ts";

const DURATION = "a duration is a number and ms, s, m, h or d: 30m";

export const duration = z
  .string({ error: DURATION })
  .regex(DURATION_PATTERN, DURATION)
  .refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) !== undefined, "a duration is at most 36525d");
export const rolloutTarget = z
  .string()
  .regex(/^(?:(?:prompts|agents)\/)?[a-z0-9][a-z0-9._-]*$/, "NAME, prompts/NAME or agents/NAME");
const stepName = z.string().regex(COHORT_NAME, "a step is a share (0.05), or the name of a cohort");
const isReason = (text: string) => reasonIn(text) !== undefined;
const share = z.number().min(0).max(1);
const difference = z.number().gt(0).lt(1);

const steps = z
  .array(z.union([z.number().gt(0).max(1), stepName]))
  .min(1)
  .superRefine((given, context) => {
    const message = stepsProblem(given);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  })
  .describe(
    "the candidate's share of the units, step by step (default 0.01, 0.05, 0.25, 0.5, 1); before them names of cohorts",
  );

const floor = z
  .union([share, z.strictObject({ absolute: share })])
  .describe(
    "roll back when success is shown to be below this (default 0.9, 0: none); a number is capped below the control, { absolute: 0.9 } is meant as written",
  );

const bounds = {
  tolerance: share.lt(1).optional().describe("harm that is accepted, as a share of the units"),
  margin: difference.optional().describe("a candidate is safe once it is shown to be worse by less than this"),
  mde: difference.optional().describe("the harm that the evidence is tuned for"),
  required: z
    .boolean()
    .optional()
    .describe(
      "true: never promote without data, even where nobody reports any, and what is not shown only a person lets pass",
    ),
};

const watched = {
  ...bounds,
  onHarm: z
    .enum(["rollback", "pause", "tell"])
    .optional()
    .describe("what harm does: rolls back (default), pauses it once for a person, or is told and nothing else"),
};
const maxIncrease = (of: string) => z.number().min(0).optional().describe(`of the control's ${of} (default 0.2)`);
const NO_RATIO =
  "what is good, written down: the share of requests within it is compared, and tolerance, margin and mde are of that";

const guardrails = z
  .strictObject({
    success: z.strictObject({ ...bounds, floor: floor.optional() }),
    latency: z.union([
      z.literal(false),
      z.strictObject({
        ...watched,
        maxIncrease: maxIncrease("p95"),
        capMs: z.number().positive().optional().describe(NO_RATIO),
      }),
    ]),
    cost: z.union([
      z.literal(false),
      z.strictObject({
        ...watched,
        maxIncrease: maxIncrease("mean"),
        capUsd: z.number().positive().optional().describe(NO_RATIO),
      }),
    ]),
    safety: z.union([
      z.literal(false),
      z.strictObject({
        ...watched,
        critical: z
          .union([z.literal("any"), z.array(z.string().min(1))])
          .optional()
          .describe(
            "kinds of breach of which one rolls back at once, or any (default []: compared with the control's)",
          ),
      }),
    ]),
  })
  .partial();

const settings = {
  steps: steps.optional(),
  stepTime: duration.optional().describe("least time at a step (default 1h)"),
  stepObservations: z
    .int()
    .min(1)
    .optional()
    .describe("least units of the candidate at a step; at a cohort's, its answers (default 50)"),
  deadline: duration.optional().describe("paused as inconclusive after this (default 14d)"),
  shadow: z
    .union([z.boolean(), z.strictObject({ time: duration.optional(), observations: z.int().min(1).optional() })])
    .optional()
    .describe("before the first step, the candidate gets copies of inputs and serves nobody (default false)"),
  turns: z
    .enum(["anybody", "watcher"])
    .optional()
    .describe(
      "who moves it up: whoever records outcomes (default), or only canary advance and watch; harm is undone by anybody",
    ),
  manual: z.boolean().optional().describe("every step waits for a person's approval (default false)"),
  proof: z
    .enum(["promotion", "every-step"])
    .optional()
    .describe("what needs proof of safety: the step to 100 % (default), or every step"),
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe("chance to roll back a harmless candidate, all guardrails together (default 0.05)"),
  safeAlpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe("chance to promote a candidate worse by the margin (default 0.05)"),
  guardrails: guardrails.optional(),
};

/** `rollout:` of the config: how candidates are staged, for all artifacts and for single ones. */
export const rolloutConfigSchema = z.strictObject({
  ...settings,
  artifacts: z
    .record(rolloutTarget, z.strictObject(settings))
    .optional()
    .describe("the same by NAME, prompts/NAME or agents/NAME; wins over what stands above"),
});

/** What a version may change that a group of people has to agree to. */
export const CHANGE_KINDS = ["model", "tools", "policy", "slo", "budget"] as const;

const groupNames = z
  .array(z.string().min(1))
  .min(1)
  .describe("groups of people.groups, of each of which one must approve; a name that is no group is a person");

const approvals = z.union([
  z.int().min(0),
  z.strictObject({
    count: z.int().min(1).optional().describe("how many (default 1)"),
    signed: z
      .boolean()
      .optional()
      .describe(
        "only approvals signed with ssh count, by principals of the default branch's .agentops/allowed_signers",
      ),
    by: z
      .strictObject({
        model: groupNames.describe("when the model or its parameters changed"),
        tools: groupNames.describe("when what it may call changed"),
        policy: groupNames.describe("when rules changed: of its tools, its guards, or of releases"),
        slo: groupNames.describe("when objectives changed; its owner does not count"),
        budget: groupNames.describe("when limits or budgets changed; its owner does not count"),
      })
      .partial()
      .optional()
      .describe("who must be among them, by what changed since the version that is served"),
  }),
]);

const rules = z.strictObject({
  evidence: z
    .union([
      z.boolean(),
      z.literal("gate"),
      z.strictObject({
        kind: z.enum(["any", "gate"]).optional().describe("gate: a run that was compared with another version"),
        maxAge: duration.optional().describe("a run that passed longer ago is not enough: 7d"),
      }),
    ])
    .optional()
    .describe("a stored, passing run on exactly this content, made of committed files (default true)"),
  signed: z.boolean().optional().describe("the version's tag is signed by somebody in .agentops/allowed_signers"),
  approvals: approvals.optional().describe("people who must have approved this version, its author not among them"),
  rollout: z
    .enum(["required", "optional"])
    .optional()
    .describe(
      "required: only what a canary brought to its last step is promoted (default in the last environment, once something is served there)",
    ),
  after: z
    .union([z.string().min(1), z.strictObject({ env: z.string().min(1), for: duration.optional() })])
    .optional()
    .describe("only what that environment served to everybody (for 1h unless told) without taking it back"),
  maxWeight: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      "the largest share of the units that a canary may take before it is promoted to all of them; cohorts are beside it",
    ),
  committed: z
    .boolean()
    .optional()
    .describe("only rules that are on the default branch decide: no --config and no edit of this file gets round them"),
  override: z.boolean().optional().describe("whether --override --reason TEXT is accepted (default true)"),
  freeze: z
    .array(
      z
        .strictObject({ from: z.string(), to: z.string(), reason: z.string().min(1).refine(isReason, "say why") })
        .refine(
          ({ from, to }) => !(Date.parse(from) > Date.parse(to)),
          "it ends before it begins, so it freezes nothing",
        ),
    )
    .optional()
    .describe("nothing new is released between these times (ISO 8601)"),
  errorBudget: z
    .strictObject({ objective: z.number().gt(0).lt(1), window: duration })
    .optional()
    .describe("nothing new is released while more than 1 - objective of the observations in the window failed"),
});

/** `policy:` of the config, by environment: what must hold before a version is released. */
export const policyConfigSchema = z.record(z.string(), rules);

/** `people:` of the config. */
export const peopleConfigSchema = z.strictObject({
  groups: z
    .record(z.string().min(1), z.array(z.string().min(1)))
    .optional()
    .describe("people by group: an e-mail, or a name"),
});

export type ChangeKind = (typeof CHANGE_KINDS)[number];
export type RolloutConfig = z.infer<typeof rolloutConfigSchema>;
export type RolloutSettings = Omit<RolloutConfig, "artifacts">;
export type PolicyRules = z.infer<typeof rules>;
