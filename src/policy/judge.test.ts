import { describe, expect, test } from "vitest";
import type { Config } from "../core/config.schema.ts";
import type { PolicyRules } from "../core/release-config.schema.ts";
import type { SuiteEvidence } from "./evidence/found.ts";
import { judgePolicy, type PolicyFacts } from "./judge.ts";
import { waysOf } from "./refusal.ts";
import { rulesOf } from "./rules.ts";

const NOW = "2026-12-24T12:00:00.000Z";
const ADA = { name: "Ada Lovelace", email: "ada@example.com" };

function ran(verdict: SuiteEvidence["verdict"], suite = "triage"): SuiteEvidence {
  return { suite, kind: "bounds", control: null, verdict, run: `run-of-${suite}`, createdAt: NOW, source: "local" };
}
const V5 = { version: "v5", digest: "sha256:5" };
const gated = (
  verdict: SuiteEvidence["verdict"],
  control: SuiteEvidence["control"] = { digest: "sha256:c", version: null },
): SuiteEvidence => ({
  ...ran(verdict),
  control,
  kind: "gate",
  run: "the-gate",
});
const daysAgo = (days: number, evidence: SuiteEvidence): SuiteEvidence => ({
  ...evidence,
  createdAt: new Date(Date.parse(NOW) - days * 86_400_000).toISOString(),
});

const by = (...approvers: string[]): PolicyFacts["approvals"] => {
  const known = { authors: ["Ada Lovelace <ada@example.com>"], owners: [], mailmap: [], changed: [] };
  return { ...known, approvers: approvers.map((actor) => ({ actor, signer: null })) };
};

const GOOD: PolicyFacts = {
  version: {
    ...{ address: "prompts/triage", version: "v7", digest: "sha256:a", author: ADA, problems: [] },
    ...{ signature: { status: "good", signer: "ada" }, signers: "main" },
  },
  ...{ environment: "production", now: NOW, releasedDigest: null, served: null, evidence: [ran("pass")], ignored: [] },
  ...{ approvals: by(), outcomes: { n: 0, failed: 0 }, kills: [], frozen: null },
  rules: {
    applied: { digest: "sha256:r", file: "agentops.config.yaml", committed: true },
    mustBeCommitted: false,
    branch: "main",
  },
  staging: {
    ...{ act: "promote", stable: null, wasStable: null, canary: null, takenBack: null, before: null },
    ...{ unapproved: null, askedSteps: [], observedLately: 0, said: { reason: false, unobserved: false } },
  },
};
const staged = (facts: Partial<PolicyFacts["staging"]>): Partial<PolicyFacts> => ({ staging: { ...GOOD.staging, stable: "v6", ...facts } }); // prettier-ignore
const at = (step: number, isLastStep = false) => ({
  canary: { step, steps: 5, weight: 0.25, cohort: null, isLastStep },
});
const takenBack = { version: "v7", how: "rolled-back", at: NOW, actor: "agentops", reason: "success harm", auditEvent: 7 } as const; // prettier-ignore
const MINUTE = 60_000;
const ALIVE = { killedMs: 0, kill: null, earlier: null };
const signature = (status: PolicyFacts["version"]["signature"]["status"]) => ({
  version: { ...GOOD.version, signature: { status, signer: null } },
});
const budget = { errorBudget: { objective: 0.99, window: "7d" } };
const killBy = (environment: string, target: string) => [
  { environment, target, actor: "eve", reason: "leaks", at: NOW },
];
const rulesIn = (rules: PolicyRules) => {
  const people = { groups: { ml: ["mel"] } };
  const config: Config = {
    project: "x",
    environments: ["staging", "production"],
    policy: { production: rules },
    people,
  };
  return rulesOf({ config }, "production");
};

type Row = [what: string, rules: PolicyRules, facts: Partial<PolicyFacts>, broken: string | null, way?: string];

describe("policy", () => {
  test.each<Row>([
    ["everything holds", {}, {}, null],
    [
      "rules that are not the committed ones",
      {},
      { rules: { ...GOOD.rules, applied: { ...GOOD.rules.applied, file: "weak.yaml", committed: false } } },
      null,
    ],
    [
      "the same, where only those count",
      {},
      {
        rules: {
          applied: { ...GOOD.rules.applied, file: "weak.yaml", committed: false },
          mustBeCommitted: true,
          branch: "origin/main",
        },
      },
      "committed: the rules of production in weak.yaml are not those of origin/main, and it takes no others",
      "git checkout origin/main -- agentops.config.yaml",
    ],
    ["the first version goes out whole", {}, staged({ stable: null }), null],
    [
      "what had no canary, in the last environment",
      {},
      staged({}),
      "rollout: production takes what a canary brought to its last step; it had none",
      "agentops canary start prompts/triage@v7 --env production",
    ],
    [
      "what everybody had before",
      {},
      staged({ wasStable: "so" }),
      "rollout: ",
      "agentops rollback prompts/triage --env production --to v7 --from v6   goes back to it$",
    ],
    [
      "what everybody had before under this number, when its tag was another",
      {},
      staged({ wasStable: "otherwise" }),
      "rollout: ",
      "--to v7 --from v6   goes back to what it was then, not to what its tag is now$",
    ],
    [
      "a canary at step 3",
      {},
      staged(at(3)),
      "rollout: .*; its canary stands at step 3 of 5, 25 %",
      "agentops canary status prompts/triage --env production",
    ],
    ["a canary at its last step", {}, staged(at(5, true)), null],
    ["staged exposure that is optional", { rollout: "optional" }, staged({}), null],
    ["a canary that starts needs none", {}, staged({ act: "start", observedLately: 1 }), null],
    [
      "nothing observed for a day",
      {},
      staged({ act: "start" }),
      "observed: nothing was observed of prompts/triage in production for a day",
      "^the same with --unobserved   or record",
    ],
    [
      "nothing observed, and somebody knows",
      {},
      staged({ act: "start", said: { reason: false, unobserved: true } }),
      null,
    ],
    [
      "what was taken back",
      {},
      staged({ ...at(5, true), takenBack }),
      "takenBack: it was taken back in production by agentops at 2026-12-24 12:00 UTC: success harm",
      "^the same with -m TEXT   says why it goes out again$",
    ],
    [
      "its content, under another number",
      {},
      staged({ ...at(5, true), takenBack: { ...takenBack, version: "v3" } }),
      "takenBack: its content, as v3, was taken back in production by agentops",
    ],
    [
      "what somebody aborted",
      {},
      staged({ act: "start", observedLately: 1, takenBack: { ...takenBack, how: "aborted" } }),
      "takenBack: its canary was aborted in production by agentops at 2026-12-24 12:00 UTC: success harm",
      "^the same with -m TEXT   says why",
    ],
    [
      "a step of a manual rollout, by who started it",
      {},
      staged({ ...at(5, true), unapproved: { starter: "bob", step: 5, steps: 5, isPaused: false } }),
      "manual: step 5 of 5 of its rollout waits for an approval, and bob started it",
      "^agentops canary approve prompts/triage --env production   by somebody other than bob",
    ],
    [
      "the same while it is paused",
      {},
      staged({ ...at(5, true), unapproved: { starter: "bob", step: 5, steps: 5, isPaused: true } }),
      "manual: ",
      "^agentops canary resume prompts/triage --env production   and then   agentops canary approve ",
    ],
    [
      "a step that is too large",
      { maxWeight: 0.3 },
      staged({ act: "start", observedLately: 1, askedSteps: ["internal", 0.01, 0.5, 1] }),
      "maxWeight: a step of 0.5 is above the 0.3 that production allows a canary",
      "^the same with --steps internal,0.01,0.3,1   or",
    ],
    [
      "a step that fits",
      { maxWeight: 0.3 },
      staged({ act: "start", observedLately: 1, askedSteps: ["staff", 0.3, 1] }),
      null,
    ],
    [
      "what was taken back, with a reason",
      {},
      staged({ ...at(5, true), takenBack, said: { reason: true, unobserved: false } }),
      null,
    ],
    [
      "what staging never had",
      { after: "staging" },
      staged({ ...at(5, true), before: { ms: 0, isServed: false, takenBack: null, ...ALIVE } }),
      "after: staging must have served it to everybody for 1 h first; it was never served to everybody there",
      "agentops promote prompts/triage@v7 --env staging",
    ],
    [
      "what staging has for too short",
      { after: { env: "staging", for: "3h" } },
      staged({ ...at(5, true), before: { ms: 119 * MINUTE, isServed: true, takenBack: null, ...ALIVE } }),
      "after: staging must have served it to everybody for 3 h first; it was for 1 h 59 min",
      "^wait 1 h 1 min, until 2026-12-24 13:01:00 UTC$",
    ],
    [
      "seconds are said as such",
      { after: { env: "staging", for: "30s" } },
      staged({ ...at(5, true), before: { ms: 9500, isServed: true, takenBack: null, ...ALIVE } }),
      "after: staging must have served it to everybody for 30 s first; it was for 9 s",
      "^wait 21 s, until 2026-12-24 12:00:21 UTC$",
    ],
    [
      "what staging had for too short, and serves no more: no waiting helps",
      { after: "staging" },
      staged({ ...at(5, true), before: { ms: MINUTE, isServed: false, takenBack: null, ...ALIVE } }),
      "after: staging must have served it to everybody for 1 h first; it was for 1 min",
      "^agentops promote prompts/triage@v7 --env staging$",
    ],
    [
      "what staging has for long enough",
      { after: "staging" },
      staged({ ...at(5, true), before: { ms: 60 * MINUTE, isServed: false, takenBack: null, ...ALIVE } }),
      null,
    ],
    [
      "what staging took back",
      { after: "staging" },
      staged({ ...at(5, true), before: { ms: 600 * MINUTE, isServed: true, takenBack, ...ALIVE } }),
      "after: it was taken back in staging by agentops at .*; production takes what went well there",
    ],
    [
      "what is killed in staging, however long it was served there",
      { after: "staging" },
      staged({
        ...at(5, true),
        before: { ms: 600 * MINUTE, isServed: true, takenBack: null, ...ALIVE, kill: killBy("*", "all")[0] ?? null },
      }),
      "after: everything is killed in every environment by eve: leaks; production takes what goes well in staging$",
      "^agentops revive --all --env '\\*' -m TEXT$",
    ],
    [
      "what was killed in staging for most of the time",
      { after: "staging" },
      staged({
        ...at(5, true),
        before: { ms: 5 * MINUTE, isServed: true, takenBack: null, ...ALIVE, killedMs: 600 * MINUTE },
      }),
      "after: .*; it was for 5 min, the 10 h that it was killed not counted$",
      "^wait 55 min",
    ],
    [
      "what staging took back and tries again",
      { after: "staging" },
      staged({
        ...at(5, true),
        before: { ms: 0, isServed: false, takenBack: null, ...ALIVE, earlier: { ...takenBack, version: "v3" } },
      }),
      "after: .*; it was not lately; what was before does not count: its content, as v3, was taken back in staging by agentops",
    ],
    ["no run at all", {}, { evidence: [] }, "evidence: no stored run", "agentops eval --target prompts/triage@v7"],
    ["no run, and none is asked for", { evidence: false }, { evidence: [] }, null],
    ["a suite without a gate is no evidence", {}, { evidence: [ran("none")] }, "evidence: .*have no gate"],
    ["a suite without a gate beside one that passes", {}, { evidence: [ran("none", "x"), ran("pass")] }, null],
    [
      "one of two suites fails",
      {},
      { evidence: [ran("pass"), ran("fail", "tone")] },
      "evidence: suite tone says fail \\(run run-of-tone\\)$",
      "agentops runs show run-of-tone",
    ],
    ["an undecided suite", {}, { evidence: [ran("inconclusive")] }, "evidence: suite triage says inconclusive"],
    [
      "evidence that does not count is named",
      {},
      { evidence: [], ignored: [{ why: "run 1 used a.yml", way: "git add a.yml && git commit", again: null }] },
      "evidence: no stored run .*; not counted:\n    run 1 used a.yml$",
      "agentops eval .*\n +git add a.yml && git commit$",
    ],
    [
      "a gate is asked for, and nothing is stored that counts",
      { evidence: "gate" },
      { served: V5, evidence: [], ignored: [{ why: "run 1 was answered by x", way: null, again: "tone" }] },
      "evidence: no stored run .*; not counted:\n    run 1 was answered by x$",
      "^agentops eval --target prompts/triage@v7 --control prompts/triage@v5   or .*\n +agentops eval tone --target prompts/triage@v7 --control prompts/triage@v5$",
    ],
    [
      "a gate that failed, and a later run against nothing",
      {},
      { evidence: [daysAgo(1, gated("fail")), ran("pass")] },
      "evidence: suite triage says fail against its control \\(run the-gate\\)$",
      "^agentops eval triage --target prompts/triage@v7 --control REF   only another comparison",
    ],
    [
      "an undecided gate, too",
      {},
      { evidence: [gated("inconclusive"), ran("pass")] },
      "evidence: .*inconclusive against",
    ],
    ["a gate that passed, and bounds that failed", {}, { evidence: [gated("pass"), ran("fail")] }, "evidence: .*fail"],
    ["both pass", {}, { evidence: [gated("pass"), ran("pass")] }, null],
    [
      "a gate is asked for, and there are bounds only",
      { evidence: "gate" },
      {},
      "evidence: a gate is asked for, and run run-of-triage of suite triage was compared with no other version$",
      "--control REF",
    ],
    ["a gate is asked for in the long form", { evidence: { kind: "gate" } }, {}, "evidence: a gate is asked for"],
    ["a gate is asked for and passed", { evidence: "gate" }, { evidence: [gated("pass"), ran("pass", "tone")] }, null],
    [
      "a gate against what is served",
      { evidence: "gate" },
      { served: V5, evidence: [gated("pass", { digest: "sha256:5", version: "v5" })] },
      null,
    ],
    [
      "a gate against something else than what is served",
      { evidence: "gate" },
      { served: V5, evidence: [gated("pass", { digest: "sha256:4", version: "v4" })] },
      "evidence: a gate is asked for, and run the-gate of suite triage was compared with v4, and production serves v5",
      "agentops eval triage --target prompts/triage@v7 --control prompts/triage@v5",
    ],
    [
      "a gate against what is served, as another model answers it",
      { evidence: "gate" },
      { served: V5, evidence: [gated("pass", { digest: "sha256:5", version: "v5", model: "x/y-1" })] },
      "evidence: .* was compared with v5 as x/y-1 answers it, which is not its model",
    ],
    [
      "a gate that failed against what is served, and a newer one against something worse",
      {},
      {
        served: V5,
        evidence: [
          gated("pass", { digest: "sha256:4", version: "v4" }),
          daysAgo(1, gated("fail", { digest: "sha256:5", version: "v5" })),
        ],
      },
      "evidence: suite triage says fail against its control",
      "agentops eval triage --target prompts/triage@v7 --control prompts/triage@v5   only another",
    ],
    [
      "a gate that failed against what was served once, and a newer one against what is",
      { evidence: "gate" },
      {
        served: V5,
        evidence: [
          gated("pass", { digest: "sha256:5", version: "v5" }),
          daysAgo(1, gated("fail", { digest: "sha256:4", version: "v4" })),
        ],
      },
      null,
    ],
    [
      "an older gate against what is served",
      { evidence: { kind: "gate", maxAge: "7d" } },
      { served: V5, evidence: [daysAgo(8, gated("pass", { digest: "sha256:5", version: "v5" }))] },
      "evidence: run the-gate of suite triage passed on 2026-12-16, longer than 7d ago",
      "agentops eval triage --target prompts/triage@v7 --control prompts/triage@v5",
    ],
    ["young enough", { evidence: { maxAge: "7d" } }, { evidence: [daysAgo(7, ran("pass"))] }, null],
    [
      "too old",
      { evidence: { maxAge: "7d" } },
      { evidence: [daysAgo(7.01, ran("pass"))] },
      "evidence: run run-of-triage of suite triage passed on 2026-12-17, longer than 7d ago$",
      "^agentops eval triage --target prompts/triage@v7$",
    ],
    [
      "an old gate, and young bounds where a gate is asked for",
      { evidence: { kind: "gate", maxAge: "7d" } },
      { evidence: [daysAgo(8, gated("pass")), ran("pass")] },
      "evidence: run the-gate of suite triage passed on 2026-12-16, longer than 7d ago",
    ],
    [
      "what failed does not age",
      { evidence: { maxAge: "7d" } },
      { evidence: [daysAgo(30, gated("fail")), ran("pass")] },
      "evidence: suite triage says fail against",
    ],
    [
      "a tag that cannot be trusted",
      {},
      { version: { ...GOOD.version, problems: ["not annotated"] } },
      "published: not",
    ],
    ["a moved tag", {}, { releasedDigest: "sha256:b" }, "published: it was released with sha256:b", "agentops verify"],
    ["the same content again", {}, { releasedDigest: "sha256:a" }, null],
    ["no signature, and none is asked for", {}, signature("none"), null],
    ["no signature", { signed: true }, signature("none"), "signed: the tag is not signed", "agentops publish --sign"],
    ["a signature by a stranger", { signed: true }, signature("untrusted"), "signed: .*somebody", "allowed_signers"],
    [
      "a signature that only this machine's settings call good",
      { signed: true },
      { version: { ...GOOD.version, signers: null } },
      "signed: the default branch has no .agentops/allowed_signers",
      "committed on the default branch",
    ],
    ["a signature nobody can check", { signed: true }, signature("unknown"), "signed: .*no list of signers"],
    ["one approval is asked for", { approvals: 1 }, { approvals: by("bob") }, null],
    [
      "nobody approved",
      { approvals: 1 },
      {},
      "approvals: 1 person .* nobody did",
      "--env production   by somebody other",
    ],
    [
      "nobody of a group approved",
      { approvals: { by: { model: ["ml", "eve"], tools: ["ops"] } } },
      { approvals: { ...by("bob"), changed: ["model"] } },
      "approvals: its model changed, and nobody of ml \\(mel\\) approved; its model changed, and nobody of eve approved",
      "--env production   by somebody of ml \\(mel\\) and by eve, other than Ada",
    ],
    ["the author alone approved", { approvals: 1 }, { approvals: by("ADA@example.com") }, "approvals: .*nobody did"],
    [
      "one person approved twice",
      { approvals: 2 },
      { approvals: by("bob", "Bob@x.org") },
      "approvals: 2 people .*bob did",
    ],
    ["two people approved", { approvals: 2 }, { approvals: by("bob", "eve", "ada") }, null],
    [
      "a freeze, its last day included",
      { freeze: [{ from: "2026-12-20", to: "2026-12-24", reason: "holidays" }] },
      {},
      "freeze: production is frozen until 2026-12-24: holidays",
      "^wait 12 h, until 2026-12-25 00:00:00 UTC, or change policy.production.freeze",
    ],
    [
      "a person's freeze of seconds",
      {},
      { frozen: { actor: "eve", authenticated: false, reason: "soon", at: NOW, until: "2026-12-24T12:00:20.400Z" } },
      "freeze: production is frozen by eve until 2026-12-24 12:00 UTC: soon",
      "^wait 21 s, until 2026-12-24 12:00:21 UTC, or agentops unfreeze --env production$",
    ],
    ["after a freeze", { freeze: [{ from: "2026-12-20", to: "2026-12-24T12:00:00Z", reason: "x" }] }, {}, null],
    ["before a freeze", { freeze: [{ from: "2026-12-25", to: "2026-12-26", reason: "x" }] }, {}, null],
    ["the budget is just not exceeded", budget, { outcomes: { n: 1000, failed: 10 } }, null],
    [
      "the budget is exceeded",
      budget,
      { outcomes: { n: 1000, failed: 15 } },
      "errorBudget: 150 % .*15 of 1000 observations of the last 7d failed, 10 may",
    ],
    ["nothing observed spends nothing", budget, { outcomes: { n: 0, failed: 0 } }, null],
    [
      "killed",
      {},
      { kills: killBy("production", "prompts/triage") },
      "killed: .*by eve",
      "revive prompts/triage --env production",
    ],
    ["all killed everywhere", {}, { kills: killBy("*", "all") }, "killed: everything .*", "revive --all --env '\\*'"],
  ])("%s", (_, rules, facts, broken, way = "agentops|wait|the same with") => {
    const refusals = judgePolicy({ ...GOOD, ...facts }, rulesIn(rules));
    expect(refusals.map(({ rule, message }) => `${rule}: ${message}`)).toEqual(
      broken === null ? [] : [expect.stringMatching(new RegExp(`^${broken}`))],
    );
    for (const { hint } of refusals) expect(hint).toMatch(new RegExp(way));
  });
  test("every broken rule is named at once", () => {
    const facts = { ...GOOD, ...signature("none"), evidence: [], kills: killBy("*", "all") };
    const rules = rulesIn({ signed: true, approvals: 1 });
    expect(judgePolicy(facts, rules).map(({ rule }) => rule)).toEqual(["evidence", "signed", "approvals", "killed"]);
  });
  test("what several rules want typed is added to the command at once, and a reason alone leads to no canary", () => {
    const ways = (facts: Partial<PolicyFacts>, rules: PolicyRules = {}) =>
      waysOf(judgePolicy({ ...GOOD, ...facts }, rulesIn(rules)));
    const asked = staged({ act: "start", takenBack, askedSteps: ["internal", 0.01, 0.5, 1] });
    const all = "the same with --steps internal,0.01,0.25,1 -m TEXT --unobserved";
    expect(ways(asked, { maxWeight: 0.25 })).toEqual([all]);
    const start = "agentops canary start prompts/triage@v7 --env production -m TEXT";
    expect(ways(staged({ takenBack }))).toEqual([start]);
  });
  test("a freeze at a time that is none is refused", () => {
    const policy = { production: { freeze: [{ from: "soon", to: "2026-12-24", reason: "x" }] } };
    expect(() => rulesOf({ config: { project: "x", policy } }, "production")).toThrow('"soon" is no time');
  });
});
