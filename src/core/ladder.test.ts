import { expect, test } from "vitest";
import { laxerRules } from "./ladder.ts";
import type { PolicyRules } from "./release-config.schema.ts";

const between = (staging: PolicyRules, production: PolicyRules) =>
  laxerRules({ environments: ["staging", "production"], policy: { staging, production } }).map(({ key }) => key);

test.each<[string, PolicyRules, PolicyRules, string[]]>([
  ["the same", {}, {}, []],
  ["stricter above", { evidence: false, approvals: 1 }, { approvals: 2, signed: true, override: false }, []],
  ["no evidence above", {}, { evidence: false }, ["evidence"]],
  ["a gate below alone", { evidence: "gate" }, {}, ["evidence"]],
  ["the same kind of gate", { evidence: "gate" }, { evidence: { kind: "gate" } }, []],
  ["older evidence above", { evidence: { maxAge: "7d" } }, { evidence: { maxAge: "30d" } }, ["evidence.maxAge"]],
  ["evidence of any age above", { evidence: { maxAge: "7d" } }, {}, ["evidence.maxAge"]],
  ["fewer people above", { approvals: { count: 2 } }, { approvals: 1 }, ["approvals"]],
  ["unsigned above", { approvals: { signed: true }, signed: true }, { approvals: 1 }, ["signed", "approvals.signed"]],
  ["an override above alone", { override: false }, {}, ["override"]],
  ["a canary asked for below alone", { rollout: "required" }, { rollout: "optional" }, ["rollout"]],
  ["a canary is the default above", { rollout: "required" }, {}, []],
  ["larger steps above", { maxWeight: 0.1 }, { maxWeight: 0.5 }, ["maxWeight"]],
  ["any steps above", { maxWeight: 0.1 }, {}, ["maxWeight"]],
  ["a looser budget above", { errorBudget: { objective: 0.99, window: "7d" } }, { errorBudget: { objective: 0.9, window: "7d" } }, ["errorBudget"]], // prettier-ignore
  ["a window above that forgets sooner", { errorBudget: { objective: 0.95, window: "7d" } }, { errorBudget: { objective: 0.95, window: "1m" } }, ["errorBudget.window"]], // prettier-ignore
  ["a longer window above", { errorBudget: { objective: 0.9, window: "7d" } }, { errorBudget: { objective: 0.9, window: "14d" } }, []], // prettier-ignore
  ["anybody above, a group below", { approvals: { by: { model: ["ml"] } } }, { approvals: 1 }, ["approvals.by"]],
  ["another group above", { approvals: { by: { model: ["ml"] } } }, { approvals: { by: { model: ["ops"], tools: ["ml"] } } }, ["approvals.by"]], // prettier-ignore
  ["one more group above", { approvals: { by: { model: ["ml"] } } }, { approvals: { by: { model: ["ops", "ml"] } } }, []], // prettier-ignore
  ["only committed rules below", { committed: true }, {}, ["committed"]],
])("%s", (_, staging, production, laxer) => {
  expect(between(staging, production)).toEqual(laxer);
});

test("each of three against each below it", () => {
  const policy = { dev: { approvals: 1 }, staging: { approvals: 2 }, production: {} };
  const found = laxerRules({ environments: ["dev", "staging", "production"], policy });
  expect(found.map(({ environment, below, asks, belowAsks }) => [environment, below, asks, belowAsks])).toEqual([
    ["production", "dev", "its default", "1"],
    ["production", "staging", "its default", "2"],
  ]);
});
