import { describe, expect, test } from "vitest";
import type { GuardrailResult, RolloutDocument } from "../../rollout/schema.ts";
import { rolloutLine, rolloutText } from "./text.ts";
import { createStyle } from "../style.ts";

const plain = createStyle(false);
const NOW = "2026-11-21T10:37:20.000Z";

const success: GuardrailResult = {
  name: "success",
  control: { n: 1900, rate: 0.951 },
  candidate: { n: 100, rate: 0.94 },
  harmE: 0.4,
  harmThreshold: 80,
  safeE: 3.1,
  safeThreshold: 20,
  difference: -0.011,
  ci95: [-0.09, 0.09],
  bounds: [-0.06, 0.032],
  ratio: null,
  tolerance: 0,
  margin: 0.03,
  cap: null,
  verdict: "undecided",
};
const floor: GuardrailResult = {
  ...success,
  ...{
    name: "success.floor",
    control: null,
    safeE: null,
    safeThreshold: null,
    difference: null,
    ci95: null,
    bounds: null,
    margin: null,
  },
  ...{ tolerance: 0.9, harmE: 0.02, harmThreshold: 100 },
};
const latency: GuardrailResult = {
  ...success,
  ...{ name: "latency", cap: 974, control: { n: 19_400, rate: 0.962 }, candidate: { n: 1020, rate: 0.958 } },
  ...{ difference: -0.004, ci95: [-0.08, 0.08], bounds: [-0.021, 0.013], safeE: 4.2e6, verdict: "safe" },
};
const cost: GuardrailResult = {
  ...success,
  ...{
    name: "cost",
    control: { n: 0, rate: null },
    candidate: { n: 0, rate: null },
    difference: null,
    ci95: null,
    bounds: null,
  },
  ...{ harmE: 1, safeE: 1, verdict: "unmeasured" },
};

const entry = (at: string, event: string, phase: RolloutDocument["phase"], weight: number, reason: string) => {
  return { at: `2026-11-${at}:00.000Z`, actor: event === "look" ? "agentops" : "ada", authenticated: false, event, phase, step: 0, weight, cohort: null, reason };
}; // prettier-ignore

const document: RolloutDocument = {
  schema: "agentops.rollout/1",
  id: "r1",
  target: "prompts/support-triage",
  env: "production",
  control: { version: "v6", digest: "sha256:a", exposed: null, open: null, missing: null },
  candidate: { version: "v7", digest: "sha256:b", exposed: null, open: null, missing: null },
  hypothesis: null,
  changedTogether: [],
  phase: "progressing",
  step: 1,
  steps: [0.01, 0.05, 0.25, 0.5, 1],
  weight: 0.05,
  cohort: null,
  cohorts: [],
  floor: null,
  analysis: {
    verdict: "continue",
    guardrails: [success, floor, latency, cost],
    missing: null,
    bestCase: null,
    worstCase: null,
    sampleRatio: { e: 0.3, threshold: 1000 },
    breaches: [],
    need: { observations: 240, hours: 5.5 },
    reasons: ["success is not decided: 3.1 of 20 that v7 is not worse by 3 points"],
  },
  since: "2026-11-21T10:12:00.000Z",
  startedAt: "2026-11-20T21:02:00.000Z",
  endedAt: null,
  deadline: "2026-11-23T21:02:00.000Z",
  everybodyNotBefore: null,
  unseen: 0,
  forced: 0,
  correctedAfter: 0,
  assumed: { control: 0, candidate: 0 },
  settling: 0,
  unpaired: null,
  overdueSince: null,
  unproven: [],
  awaiting: null,
  plan: {
    ...{ steps: [0.01, 0.05, 0.25, 0.5, 1], stepMs: 1_800_000, stepObservations: 50, deadlineMs: 259_200_000 },
    ...{ shadow: null, manual: false, proof: "promotion", alpha: 0.05, safeAlpha: 0.05, guardrails: [] },
    ...{ critical: "any", caps: { latency: null, cost: null } },
  },
  history: [
    entry("20T21:02", "start", "progressing", 0.01, "v7 knows refunds"),
    entry("21T10:12", "look", "progressing", 0.05, "30 min and 50 units at 1 %; nothing speaks against v7"),
  ],
};
type Change = Omit<Partial<RolloutDocument>, "analysis"> & { analysis?: Partial<RolloutDocument["analysis"]> };
const changed = ({ analysis, ...rest }: Change): RolloutDocument => {
  return { ...document, ...rest, analysis: { ...document.analysis, ...analysis } };
};
const shown = (change: Change) => rolloutText(changed(change), plain, NOW);

describe("a rollout on a terminal of 80 columns", () => {
  test("progressing", () => {
    expect(shown({})).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      progressing  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ▸5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       success is not decided: 3.1 of 20 that v7 is not worse by 3 points
      good is   latency within 974 ms
      needs     about 240 more candidate units, 5.5 h
      deadline  2026-11-23 21:02 UTC, in 2 days; then it pauses as inconclusive

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("values that are compared as a ratio stand as themselves", () => {
    const ratio = { of: "p95", estimate: 1.084, ci95: [0.93, 1.27], bounds: [0.9412, 1.2], limit: 1.2, control: 1843.2, values: 10_000, cut: 0 } as const;
    const slow: GuardrailResult = { ...latency, control: { n: 19_000, rate: null }, candidate: { n: 1020, rate: null }, difference: null, ci95: null, bounds: null, cap: null, ratio: { ...ratio, ci95: [0.93, 1.27], bounds: [0.9412, 1.2] } };
    const dear: GuardrailResult = { ...slow, name: "cost", verdict: "unproven", ratio: { ...ratio, of: "mean", control: 0.0212, ci95: [0, null], bounds: [0, null], estimate: null, cut: 0.064 } };
    const plan = { ...document.plan, critical: ["pii"], alarm: { floors: 0.1, returns: 0.1, guardrails: { success: 0.4 } } };
    expect(shown({ plan, analysis: { guardrails: [success, slow, dear], reasons: [], need: null } })).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      progressing  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ▸5 %  25 %  50 %  100 %

      success  undecided
        control 95.1 (1,900), candidate 94 (100)
        difference −1.1 [−6, +3.2]
        harm 0.4/80, safe 3.1/20
      latency p95  safe
        control 1843 ms (19k), candidate 1998 ms (1,020)
        ratio ×1.08 [0.94, 1.2]
        harm 0.4/80, safe >10^6/20
      cost mean  unproven
        control $0.0212 (19k), candidate — (1,020)
        ratio [0, …]
        harm 0.4/80, safe >10^6/20
      % of good units (of how many); difference in points, or × the control's [what
        the evidence that decides leaves of it, at every look]; harm rolls back at 80
        (success, latency p95, cost mean) alone, or together before that: at most 5 %
        of candidates as good as the control, but for breaches (pii), of which one
        ends it, safe counts once it was 20

      good is   a p95 of latency of at most 1.2 times the control's, a mean cost of at
                most 1.2 times the control's (its highest are cut: 6.4 % of its sum is
                not compared)
      deadline  2026-11-23 21:02 UTC, in 2 days; then it pauses as inconclusive

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  }); // prettier-ignore
  test("in shadow nothing is served yet", () => {
    const plan = { ...document.plan, shadow: { timeMs: 3_600_000, observations: 200 } };
    const none = {
      ...success,
      control: { n: 0, rate: null },
      candidate: { n: 0, rate: null },
      ci95: null,
      bounds: null,
    };
    const guardrails: GuardrailResult[] = [{ ...none, verdict: "unmeasured" }, floor];
    expect(shown({ phase: "shadow", step: 0, weight: 0, plan, analysis: { guardrails, reasons: [], need: null } }))
      .toMatchInlineSnapshot(`
        "prompts/support-triage  v6 → v7  production
        shadow  on copies of inputs  since 10:12 UTC, 25 min
        ▸shadow  1 %  5 %  25 %  50 %  100 %

                  control %  candidate %  difference  harm  safe  verdict
        success   —          —            −1.1        —     —     no data
          ≥ 90 %  —          94 (100)     —           0.02  —     undecided
        % of good units (of how many); difference in points [what the evidence that
          decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
          safe counts once it was 20

        deadline  2026-11-23 21:02 UTC, in 2 days; then it pauses as inconclusive

        history
        2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
        10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
      `);
  });
  test("in shadow, pairs stand beneath success, and what waits for its other half is said", () => {
    const plan = { ...document.plan, shadow: { timeMs: 3_600_000, observations: 200 } };
    const paired: GuardrailResult = {
      ...success,
      ...{ name: "success.paired", control: { n: 1240, rate: 0.951 }, candidate: { n: 1240, rate: 0.948 } },
      ...{ difference: -0.003, bounds: [-0.024, 0.014], harmE: 0.7, harmThreshold: 200, safeE: 31, verdict: "safe" },
    };
    const analysis = { guardrails: [paired], reasons: [], need: null };
    const text = shown({
      phase: "shadow",
      step: 0,
      weight: 0,
      plan,
      analysis,
      unpaired: { control: 1041, candidate: 1 },
    });
    expect(text.split("\n").slice(4, -4).join("\n")).toMatchInlineSnapshot(`
      "         control %     candidate %   difference         harm  safe  verdict
        pairs  95.1 (1,240)  94.8 (1,240)  −0.3 [−2.4, +1.4]  0.7   31    safe
      % of good units (of how many, of pairs inputs that both answered, the candidate
        on a copy: its harm counts, its safe is no proof); difference in points [what
        the evidence that decides leaves of it, at every look]; harm rolls back at
        200, safe counts once it was 20

      pairs     1,041 outcomes of v6 and 1 outcome of v7 wait for the other one of the
                same input
      deadline  2026-11-23 21:02 UTC, in 2 days; then it pauses as inconclusive"
    `);
    expect(shown({ phase: "shadow", step: 0, weight: 0, plan, analysis: { ...analysis, guardrails: [] }, unpaired: { control: 0, candidate: 0 } })).toContain("pairs     none: an outcome and its copy pair by the exposure"); // prettier-ignore
  });
  test("waits for approval", () => {
    const plan = { ...document.plan, manual: true };
    expect(shown({ plan, awaiting: "approval", analysis: { need: null } })).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      progressing  step 2 of 5 (5 %)  since 10:12 UTC, 25 min  waits for approval
      1 %  ▸5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       success is not decided: 3.1 of 20 that v7 is not worse by 3 points
      good is   latency within 974 ms
      deadline  2026-11-23 21:02 UTC, in 2 days; then it pauses as inconclusive
      next      agentops canary approve prompts/support-triage --env production

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("paused", () => {
    const history = [...document.history, entry("21T10:20", "pause", "paused", 0.05, "a storm of tickets, none of them typical\nsecond line")]; // prettier-ignore
    expect(shown({ phase: "paused", history })).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      paused  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ▸5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       success is not decided: 3.1 of 20 that v7 is not worse by 3 points
      good is   latency within 974 ms
      next      agentops canary resume prompts/support-triage --env production

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…
      10:20             pause  paused       5 %  ada: a storm of tickets, none of the…"
    `);
  });
  test("inconclusive at its deadline", () => {
    expect(
      shown({
        phase: "inconclusive",
        deadline: "2026-11-21T10:30:00.000Z",
        analysis: { verdict: "inconclusive", reasons: ["the deadline passed before success was decided"] },
      }),
    ).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      inconclusive  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ▸5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       the deadline passed before success was decided
      good is   latency within 974 ms
      needs     about 240 more candidate units, 5.5 h
      next      agentops canary resume prompts/support-triage --env production   (a
                new deadline)
      or        agentops canary abort prompts/support-triage --env production

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("invalid: the split is broken", () => {
    expect(
      shown({
        ...{ phase: "invalid", weight: 0, endedAt: NOW },
        analysis: {
          ...{ verdict: "invalid", sampleRatio: { e: 5.3e8, threshold: 1000 }, need: null },
          reasons: ["1,900 and 300 units came where 5 % should have been v7"],
        },
      }),
    ).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      invalid  was at step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ✗5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       1,900 and 300 units came where 5 % should have been v7
      good is   latency within 974 ms
      serves    v6 to everybody

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("rolled back by harm", () => {
    const worse: GuardrailResult = {
      ...success,
      ...{
        candidate: { n: 212, rate: 0.811 },
        harmE: 1.3e302,
        safeE: 0.0004,
        ci95: [-0.214, -0.081],
        bounds: [-0.214, -0.081],
        verdict: "harm",
      },
    };
    expect(
      shown({
        ...{ phase: "rolled-back", step: 2, weight: 0, endedAt: NOW },
        analysis: {
          ...{ verdict: "rollback", guardrails: [worse, { ...floor, harmE: 140, verdict: "harm" }], need: null },
          reasons: ["success: v7 is worse than v6, by 8.1 to 21.4 points"],
        },
      }),
    ).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      rolled-back  was at step 3 of 5 (25 %)  since 10:12 UTC, 25 min
      1 %  5 %  ✗25 %  50 %  100 %

                control %     candidate %  difference        harm   safe   verdict
      success   95.1 (1,900)  81.1 (212)   −1.1 [−22, −8.1]  >10^9  <0.01  harm
        ≥ 90 %  —             94 (100)     —                 140    —      harm
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       success: v7 is worse than v6, by 8.1 to 21.4 points
      rates     are over all steps; the difference compares within each, where both
                arms had the same traffic
      serves    v6 to everybody

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("rolled back by a breach", () => {
    const breaches = [1, 2, 3, 4, 5, 6, 7].map((observation) => ({ observation, kind: "pii" }));
    expect(
      shown({
        ...{ phase: "rolled-back", weight: 0, endedAt: NOW },
        analysis: { verdict: "rollback", breaches, need: null, reasons: ["a critical breach"], sampleRatio: { e: 30, threshold: 1000 } }, // prettier-ignore
      }),
    ).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      rolled-back  was at step 2 of 5 (5 %)  since 10:12 UTC, 25 min
      1 %  ✗5 %  25 %  50 %  100 %

                control %     candidate %   difference         harm  safe   verdict
      success   95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    undecided
        ≥ 90 %  —             94 (100)      —                  0.02  —      undecided
      latency   96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      cost      —             —             —                  —     —      no data
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80 (a floor at 100),
        safe counts once it was 20

      why       a critical breach
      breaches  pii (observation 1), pii (observation 2), pii (observation 3), pii
                (observation 4), pii (observation 5), 2 more
      split     the arms' sizes look odd for the weights: evidence 30/1,000
      good is   latency within 974 ms
      serves    v6 to everybody

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
  test("promoting, promoted", () => {
    const guardrails = [{ ...success, verdict: "safe" as const }, latency];
    const promoting = changed({ phase: "promoting", step: 4, weight: 1, analysis: { guardrails, need: null, reasons: [] } }); // prettier-ignore
    expect(rolloutText(promoting, plain, NOW).split("\n").slice(0, 3).join("\n")).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      promoting  step 5 of 5 (100 %)  since 10:12 UTC, 25 min
      1 %  5 %  25 %  50 %  ▸100 %"
    `);
    expect(rolloutText({ ...promoting, phase: "promoted" }, plain, NOW)).toMatchInlineSnapshot(`
      "prompts/support-triage  v6 → v7  production
      promoted  since 10:12 UTC, 25 min
      1 %  5 %  25 %  50 %  100 % ✓

               control %     candidate %   difference         harm  safe   verdict
      success  95.1 (1,900)  94 (100)      −1.1 [−6, +3.2]    0.4   3.1    safe
      latency  96.2 (19k)    95.8 (1,020)  −0.4 [−2.1, +1.3]  0.4   >10^6  safe
      % of good units (of how many); difference in points [what the evidence that
        decides leaves of it, at every look]; harm rolls back at 80, safe counts once
        it was 20

      good is   latency within 974 ms
      serves    v7 to everybody

      history
      2026-11-20 21:02  start  progressing  1 %  ada: v7 knows refunds
      10:12             look   progressing  5 %  agentops: 30 min and 50 units at 1 %…"
    `);
  });
});

test("a narrow terminal gets blocks instead of a table, and no line that is too long", () => {
  const text = rolloutText(document, plain, NOW, 40);
  expect(text.split("\n\n")[1]).toMatchInlineSnapshot(`
    "success  undecided
      control 95.1 (1,900), candidate 94 (100)
      difference −1.1 [−6, +3.2]
      harm 0.4/80, safe 3.1/20
    success ≥ 90 %  undecided
      candidate 94 (100)
      harm 0.02/100
    latency  safe
      control 96.2 (19k), candidate 95.8 (1,020)
      difference −0.4 [−2.1, +1.3]
      harm 0.4/80, safe >10^6/20
    cost  no data
    % of good units (of how many);
      difference in points [what the
      evidence that decides leaves of it, at
      every look]; harm rolls back at 80 (a
      floor at 100), safe counts once it was
      20"
  `);
  expect(
    Math.max(
      ...text
        .split("\n")
        .slice(1)
        .map((l) => l.length),
    ),
  ).toBeLessThanOrEqual(44);
});

test("colours change nothing but colours", () => {
  // eslint-disable-next-line no-control-regex -- the colours themselves
  const bare = rolloutText(document, createStyle(true), NOW).replace(/\u001b\[[0-9;]*m/g, "");
  expect(bare).toBe(rolloutText(document, plain, NOW));
});

test.each<[string, Change, string]>([
  [
    "under way",
    {},
    "prompts/support-triage v6 → v7 production: progressing step 2 of 5 (5 %); success −1.1 [−6, +3.2] harm 0.4/80, safe 3.1/20; latency safe; cost no data; about 240 more candidate units, 5.5 h",
  ],
  [
    "waiting for time alone",
    { analysis: { guardrails: [latency], need: { observations: 0, hours: 11 } } },
    "prompts/support-triage v6 → v7 production: progressing step 2 of 5 (5 %); latency safe; about 11 h",
  ],
  [
    "waiting",
    { awaiting: "approval", analysis: { guardrails: [latency], need: null } },
    "prompts/support-triage v6 → v7 production: progressing step 2 of 5 (5 %); latency safe; waits for approval",
  ],
  [
    "over",
    { phase: "rolled-back", weight: 0, analysis: { guardrails: [{ ...success, verdict: "harm" }] } },
    "prompts/support-triage v6 → v7 production: rolled-back was at step 2 of 5 (5 %); success harm; success is not decided: 3.1 of 20 that v7 is not worse by 3 points",
  ],
])("in one line: %s", (_, change, expected) => {
  expect(rolloutLine(changed(change))).toBe(expected);
});
