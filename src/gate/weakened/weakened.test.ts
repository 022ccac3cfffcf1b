import { expect, test } from "vitest";
import { suiteOf } from "../../evals/dataset/suite.ts";
import type { WeakChange } from "./weak-change.ts";
import { weakerBounds } from "./weaker-bounds.ts";
import { weakerScorers } from "./weaker-scorers.ts";

const SUITE = `name: s
target: prompts/p
cases: [{ id: a }]
trials: 3
scorers:
  - { type: regex, value: "." }
  - { type: regex, value: "[a-z]" }
  - { type: not-contains, value: "@", category: safety }
  - { type: levenshtein, max: 500 }
  - { type: latency, threshold: 900, required: false }
gate: { successRate: { min: 0.9 }, costPerTaskUsd: { max: 0.05, maxIncrease: 0.1 }, nonInferiority: { margin: 0.02 } }
`;

type Row = [string, [from: string | RegExp, to: string], WeakChange[]];

test.each<Row>([
  ["a name and a weight take nothing", ['value: "."', 'value: ".", name: any, weight: 2'], []],
  ["a scorer in front takes nothing", ["scorers:", "scorers:\n  - { type: is-json }"], []],
  ["a bound that lies higher takes nothing", ["min: 0.9", "min: 0.95"], []],
  ["a number that asks for more takes nothing", ["max: 500", "max: 5"], []],
  ["a scorer is gone, whatever the names say", [/.*"\."/, "  # "], [{ code: "scorer-removed", scorer: "regex" }]],
  [
    "one need not pass",
    ["max: 500", "max: 500, required: false"],
    [{ code: "scorer-not-required", scorer: "levenshtein" }],
  ],
  [
    "one guards no safety",
    ["category: safety", "category: quality"],
    [{ code: "scorer-not-safety", scorer: "not-contains" }],
  ],
  [
    "one lets more through",
    ["max: 500", "max: 900"],
    [{ code: "scorer-looser", scorer: "levenshtein", key: "max", before: 500, after: 900 }],
  ],
  [
    "one lets everything through",
    ["threshold: 900", "max: 9000"],
    [{ code: "scorer-looser", scorer: "latency", key: "threshold", before: 900, after: null }],
  ],
  ["another pattern may ask for as much", ["[a-z]", ".*"], [{ code: "scorer-changed", scorer: "regex#2" }]],
  [
    "a bound lies lower",
    ["min: 0.9", "min: 0.5"],
    [{ code: "bound-looser", bound: "successRate.min", before: 0.9, after: 0.5 }],
  ],
  ["a bound is gone", ["max: 0.05, ", ""], [{ code: "bound-removed", bound: "costPerTaskUsd.max", before: 0.05 }]],
  [
    "the default is a bound",
    ["gate: { ", "gate: { p95LatencyMs: { maxIncrease: false }, "],
    [{ code: "bound-looser", bound: "p95LatencyMs.maxIncrease", before: 0.2, after: null }],
  ],
  [
    "the default takes its place",
    [", nonInferiority: { margin: 0.02 }", ""],
    [{ code: "bound-looser", bound: "nonInferiority.margin", before: 0.02, after: 0.03 }],
  ],
  [
    "an increase is let be larger",
    ["maxIncrease: 0.1", "maxIncrease: 0.3"],
    [{ code: "bound-looser", bound: "costPerTaskUsd.maxIncrease", before: 0.1, after: 0.3 }],
  ],
  ["the point decides", ["gate: { ", "gate: { policy: point, "], [{ code: "by-point" }]],
  ["fewer trials", ["trials: 3", "trials: 1"], [{ code: "trials-fewer", before: 3, after: 1 }]],
])("%s", (_, [from, to], expected) => {
  const text = SUITE.replace(from, to);
  expect(text).not.toBe(SUITE);
  const [before, after] = [suiteOf(SUITE, "s").spec, suiteOf(text, "s").spec];
  expect([...weakerScorers(before, after), ...weakerBounds(before, after)]).toEqual(expected);
});

test("a gate that is gone is its bounds gone", () => {
  const [before, after] = [suiteOf(SUITE, "s").spec, suiteOf(SUITE.replace(/gate:.*/, ""), "s").spec];
  expect(weakerBounds(before, after).map((c) => ("bound" in c ? `${c.code} ${c.bound}` : c.code))).toEqual([
    "bound-removed successRate.min",
    "bound-removed costPerTaskUsd.max",
    "bound-looser nonInferiority.margin",
    "bound-looser costPerTaskUsd.maxIncrease",
  ]);
});
