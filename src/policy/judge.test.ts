import { describe, expect, test } from "vitest";
import type { Config } from "../core/config.schema.ts";
import type { PolicyRules } from "../core/release-config.schema.ts";
import type { SuiteEvidence } from "./evidence/found.ts";
import { judgePolicy, type PolicyFacts } from "./judge.ts";
import { distinctPeople, isAuthor } from "../core/person.ts";
import { rulesOf } from "./rules.ts";

const NOW = "2026-12-24T12:00:00.000Z";
const ADA = { name: "Ada Lovelace", email: "ada@example.com" };

function ran(verdict: SuiteEvidence["verdict"], suite = "triage"): SuiteEvidence {
  return { suite, kind: "bounds", verdict, run: `run-of-${suite}`, createdAt: NOW, source: "local" };
}
const gated = (verdict: SuiteEvidence["verdict"]): SuiteEvidence => ({
  ...ran(verdict),
  kind: "gate",
  run: "the-gate",
});
const daysAgo = (days: number, evidence: SuiteEvidence): SuiteEvidence => ({
  ...evidence,
  createdAt: new Date(Date.parse(NOW) - days * 86_400_000).toISOString(),
});

const GOOD: PolicyFacts = {
  version: {
    ...{ address: "prompts/triage", version: "v7", digest: "sha256:a", author: ADA, problems: [] },
    signature: { status: "good", signer: "ada" },
  },
  ...{ environment: "production", now: NOW, releasedDigest: null, evidence: [ran("pass")], ignored: [] },
  ...{ approvers: [], outcomes: { n: 0, failed: 0 }, kills: [], frozen: null },
};
const signature = (status: PolicyFacts["version"]["signature"]["status"]) => ({
  version: { ...GOOD.version, signature: { status, signer: null } },
});
const budget = { errorBudget: { objective: 0.99, window: "7d" } };
const killBy = (environment: string, target: string) => [
  { environment, target, actor: "eve", reason: "leaks", at: NOW },
];
const rulesIn = (rules: PolicyRules) => {
  const config: Config = { project: "x", environments: ["staging", "production"], policy: { production: rules } };
  return rulesOf({ config }, "production");
};

type Row = [what: string, rules: PolicyRules, facts: Partial<PolicyFacts>, broken: string | null, way?: string];

describe("policy", () => {
  test.each<Row>([
    ["everything holds", {}, {}, null],
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
      { evidence: [], ignored: [{ why: "run 1 used a.yml", way: "git add a.yml && git commit" }] },
      "evidence: no stored run .*; not counted:\n    run 1 used a.yml$",
      "agentops eval .*\n +git add a.yml && git commit$",
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
      "evidence: a gate is asked for, and run run-of-triage",
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
    ["a signature nobody can check", { signed: true }, signature("unknown"), "signed: .*no list of signers"],
    ["one approval is asked for", { approvals: 1 }, { approvers: ["bob"] }, null],
    [
      "nobody approved",
      { approvals: 1 },
      {},
      "approvals: 1 person .* nobody did",
      "--env production   by somebody other",
    ],
    ["the author alone approved", { approvals: 1 }, { approvers: ["ADA@example.com"] }, "approvals: .*nobody did"],
    [
      "one person approved twice",
      { approvals: 2 },
      { approvers: ["bob", "Bob@x.org"] },
      "approvals: 2 people .*x.org did",
    ],
    ["two people approved", { approvals: 2 }, { approvers: ["bob", "eve", "ada"] }, null],
    [
      "a freeze, its last day included",
      { freeze: [{ from: "2026-12-20", to: "2026-12-24", reason: "holidays" }] },
      {},
      "freeze: production is frozen until 2026-12-24: holidays",
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
  ])("%s", (_, rules, facts, broken, way = "agentops|wait") => {
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
  test("a freeze at a time that is none is refused", () => {
    const policy = { production: { freeze: [{ from: "soon", to: "2026-12-24", reason: "x" }] } };
    expect(() => rulesOf({ config: { project: "x", policy } }, "production")).toThrow('"soon" is no time');
  });
});

describe("an author", () => {
  test.each([
    ["Ada Lovelace", true],
    [" ada lovelace ", true],
    ["ada", true],
    ["ADA@example.com", true],
    ["ada@other.org", true],
    ["12345+ada@users.noreply.github.com", true],
    ["ada+git@example.com", true],
    ["adam", false],
    ["bob", false],
    ["", false],
  ])("%j is the author: %s", (actor, is) => {
    expect(isAuthor(actor, ADA)).toBe(is);
  });
  test("without a name or an address is nobody in particular", () => {
    expect(isAuthor("", { name: "", email: "" })).toBe(false);
  });
  test("people are counted once", () => {
    expect(distinctPeople(["bob", "Bob", "bob@x.org", "eve"])).toHaveLength(2);
  });
});
