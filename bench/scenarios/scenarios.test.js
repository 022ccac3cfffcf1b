import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bucketOf, isCandidate } from "../../dist/serving/assignment.js";
import { drive } from "./drive.js";
import { agentops } from "./ours.js";
import { growthBook, halfWidth, lastHundred, peekedZ, upperLimit, zOf } from "./peers.js";
import { delayQueue } from "./queue.js";
import { seeded } from "./random.js";
import { inStore } from "./store.js";
import { SCENARIOS } from "./table.js";
import { trafficOf } from "./traffic.js";

/** What gbstats itself said; only where the project's references lie beside the repository. */
const GOLDEN = join(import.meta.dirname, "../../../shared/stats/golden");
const golden = (file) => JSON.parse(readFileSync(join(GOLDEN, `${file}.json`), "utf8")).cases;
const moments = ([good, n]) => ({ n, mean: good / n, variance: (good / n) * (1 - good / n) });

describe("the queue of delayed outcomes", () => {
  test("gives them by the moment they arrive, those of one moment in the order they were sent", () => {
    const random = seeded(7);
    const sent = Array.from({ length: 3000 }, (_, i) => ({ at: Math.floor(random() * 200), i }));
    const queue = delayQueue();
    const got = [];
    for (const event of sent) {
      queue.push(event);
      // Some leave while others still come, none before its time.
      while (queue.next() < 5) got.push(queue.pop());
    }
    const early = got.length;
    while (queue.size() > 0) got.push(queue.pop());
    expect(early).toBeGreaterThan(20);
    expect(got.slice(0, early).every(({ at }) => at < 5)).toBe(true);
    const rest = sent.filter(({ at }) => at >= 5).sort((a, b) => a.at - b.at || a.i - b.i);
    expect(got.slice(early).map(({ i }) => i)).toEqual(rest.map(({ i }) => i));
    expect(queue.next()).toBe(Infinity);
  });
});

describe("traffic", () => {
  const world = { perHour: 500, hours: 4, users: { count: 1000, heavy: true }, bot: 0.1 };

  test("is the same for one seed, another for another", () => {
    const [a, b, c] = [trafficOf(world, 1), trafficOf(world, 1), trafficOf(world, 2)];
    expect([b.at, b.unit, b.success]).toEqual([a.at, a.unit, a.success]);
    expect(c.at).not.toEqual(a.at);
  });

  test("is as much as the world says, a fifth of the users makes four fifths of it, and a bot its tenth", () => {
    const { at, unit } = trafficOf({ ...world, hours: 40 }, 3);
    expect(Math.abs(at.length - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    const users = [...unit].filter((one) => one < 1000);
    expect(users.length / at.length).toBeCloseTo(0.9, 1);
    expect(users.filter((one) => one < 200).length / users.length).toBeCloseTo(0.8, 1);
  });

  test("divides units by the rule that divides real ones", () => {
    const { id, bucketOf: bucket } = trafficOf(world, 4);
    for (const unit of [0, 1, 999]) expect(bucket(unit, false)).toBe(bucketOf(id, `u${unit}`));
    expect(bucket(1, true)).not.toBe(bucket(1, false));
    const share = Array.from({ length: 4000 }, (_, i) => isCandidate(bucket(i, false), 0.25)).filter(Boolean).length;
    expect(share / 4000).toBeCloseTo(0.25, 1);
  });
});

describe("rules of other tools", () => {
  test("GrowthBook's one-sided half width and interval", () => {
    // gbstats at commit 8f1db445.
    expect(halfWidth({ n: 1000, s2: 1, tuning: 500 })).toBeCloseTo(0.0885858556676586, 14);
    expect(upperLimit(moments([3610, 3800]), moments([180, 200]))).toBeCloseTo(0.009940071521812997, 14);
  });

  test.runIf(existsSync(GOLDEN))("all golden numbers of gbstats", () => {
    for (const { n, s2, alpha, tuning, halfwidth_one_sided: want } of golden("e_growthbook_halfwidth"))
      expect(halfWidth({ n, s2, alpha, tuning }) / want).toBeCloseTo(1, 9);
    const results = golden("e_growthbook_results").filter((c) => c.difference_type === "absolute");
    expect(results.length).toBe(9);
    for (const { control, treatment, alpha, tuning, sequential_one_sided_lesser: want } of results)
      expect(upperLimit(moments(control), moments(treatment), { alpha, tuning })).toBeCloseTo(want.ci[1], 9);
  });

  test("z with the pooled variance", () => {
    // 0.05 / sqrt(0.925 × 0.075 × 2 / 1000)
    expect(zOf({ n: 1000, good: 950 }, { n: 1000, good: 900 })).toBeCloseTo(-4.24476, 4);
    expect(zOf({ n: 50, good: 50 }, { n: 40, good: 40 })).toBe(0);
  });

  /** One outcome of each arm a minute: the control's always good, the candidate's as said. */
  function minutes(rule, good) {
    const engine = rule({ settings: { steps: [0.05, 1] } });
    for (let minute = 1; minute < 24 * 60 && engine.phase === null; minute++)
      for (const candidate of [false, true])
        engine.observe({ at: minute * 60_000 + Number(candidate), isCandidate: candidate, success: candidate ? good(minute) : true, unit: `${minute} ${candidate}` }); // prettier-ignore
    return engine;
  }

  test("each looks when it says, and at enough", () => {
    const never = () => false;
    expect([minutes(peekedZ, never), minutes(growthBook, never), minutes(lastHundred, never)]).toMatchObject([
      { phase: "rolled-back", weight: 0 },
      { phase: "rolled-back" },
      { phase: "rolled-back" },
    ]);
    expect(minutes(peekedZ, never).units()).toBe(30);
    expect(minutes(growthBook, never).units()).toBe(50);
    expect(minutes(lastHundred, never).units()).toBe(100);
    // Five of the last hundred, then four.
    expect(minutes(lastHundred, (minute) => minute % 20 !== 0).phase).toBe("rolled-back");
    expect(minutes(lastHundred, (minute) => minute % 25 !== 0).phase).toBe(null);
  });

  test("the clock promotes what they find nothing in", () => {
    const ramp = peekedZ({ settings: {} });
    const weights = [0, 1, 2, 3, 4].map((hour) => (ramp.tick(hour * 3_600_000), ramp.weight));
    expect([weights, ramp.phase]).toEqual([[0.01, 0.05, 0.25, 0.5, 1], "promoted"]);
  });
});

describe("the engine on counts alone", () => {
  const both = (kinds) => ({ control: kinds, candidate: kinds });
  const harm = { perHour: 1000, hours: 1, settings: { steps: [0.5, 1] }, rates: { control: 0.95, candidate: 0.2 } };

  test.each([
    ["a candidate that is worse", harm, "rolled-back"],
    ["outcomes that come late, of users that return, with no weight said", { ...harm, users: { count: 60 }, undeclared: true, delay: { candidate: { success: 0.01, failure: 0.02 } } }, "rolled-back"],
    ["outcomes that settle", { ...harm, users: { count: 60 }, delay: both({ success: 0.1, failure: 0 }), outcomes: { settleHours: 0.2 } }, "rolled-back"],
    ["a breach", { ...harm, perHour: 50_000, hours: 0.01, rates: { control: 0.95, candidate: 0.95 }, breach: { control: 0, candidate: 0.1 } }, "rolled-back"],
    ["a clock that is ahead, one step after another", { ...harm, hours: 0.07, settings: { steps: [0.2, 0.5, 1], stepObservations: 3 }, rates: { control: 0.95, candidate: 0.95 }, clocksAhead: [2, 0, 0] }, "open"],
  ])("does what it does through a store: %s", async (_, world, verdict) => {
    const [counts, store] = [await drive(agentops(world), world, trafficOf(world, 5)), await inStore(world, trafficOf(world, 5))];
    expect(counts).toEqual(store);
    expect(counts.verdict).toBe(verdict);
  }); // prettier-ignore

  test("harm is what the candidate failed and the control would have answered", async () => {
    const world = { ...harm, rates: { control: 1, candidate: 0 } };
    const { served, harmed } = await drive(agentops(world), world, trafficOf(world, 6));
    expect([harmed, served > 0]).toEqual([served, true]);
    const better = { ...harm, rates: { control: 0, candidate: 0.2 } };
    expect((await drive(agentops(better), better, trafficOf(better, 6))).harmed).toBe(0);
  });
});

test("every scenario has a name of its own, and runs", async () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { world } of SCENARIOS) {
    const short = { ...world, perHour: 200, hours: 0.1 };
    const { verdict, units } = await drive(agentops(short), short, trafficOf(short, 1));
    expect([verdict, units >= 0]).toEqual([expect.stringMatching(/^(open|rolled-back|invalid)$/), true]);
  }
});
