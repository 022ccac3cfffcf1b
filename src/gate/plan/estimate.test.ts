import { describe, expect, test } from "vitest";
import { capOf, costOf } from "./estimate.ts";

const basis = { run: "r", at: "2026-11-01T00:00:00.000Z", perCallUsd: 0.01, perJudgementUsd: 0.002 };
const asked = { calls: 100, judgeCalls: 0, judged: 100, remote: true };

describe("what a side may cost", () => {
  test.each([
    ["by the mean of the newest run", asked, basis, 1],
    ["with its judges, who are asked about stored answers too", { ...asked, calls: 50, judgeCalls: 200 }, basis, 0.7],
    ["without a run: nobody knows", asked, null, null],
    ["without a price: nobody knows", asked, { ...basis, perCallUsd: null }, null],
    ["with a judge of unknown price: nobody knows", { ...asked, judgeCalls: 1 }, { ...basis, perJudgementUsd: null }, null], // prettier-ignore
    ["where nothing is asked: nothing, whatever the price", { ...asked, calls: 0 }, null, 0],
    ["by the stand-in: nothing", { ...asked, remote: false }, null, 0],
    ["by the stand-in, judged by a model: the judge", { ...asked, remote: false, judgeCalls: 100 }, basis, 0.2],
  ])("%s", (_, of, by, usd) => {
    const cost = costOf(of, by);
    if (usd === null) expect(cost).toBeNull();
    else expect(cost).toBeCloseTo(usd, 12);
  });
});

test.each([
  ["no cap", undefined, asked, 1, null],
  ["a cap of which enough is left", 2, asked, 1, { stops: false, afterCalls: null }],
  ["a cap that ends it", 0.25, asked, 1, { stops: true, afterCalls: 25 }],
  ["a cap, and no price", 1, asked, null, { stops: null, afterCalls: null }],
  ["a cap, and nothing to ask", 1, { ...asked, calls: 0 }, 0, null],
  ["a cap, which holds for no stand-in", 1, { ...asked, remote: false }, 0, null],
])("%s", (_, cap, of, usd, found) => {
  expect(capOf(cap, of, usd)).toEqual(found);
});
