import { describe, expect, test } from "vitest";
import type { PairedMoments } from "./moments.ts";
import { fewClusters, needOf, smallestDrop, smallestDropAtBest } from "./need.ts";

/** One trial a side, of which so many cases got worse and better. */
function once(cases: number, worse: number, better: number): PairedMoments {
  const changed = worse + better;
  const counts = { cases, clusters: null, clusterSizes: [], changed, unpaired: 0, discordance: changed / cases };
  return { ...counts, difference: (better - worse) / cases, single: true, components: null, designEffect: 1 };
}

/** Five trials a side. */
function often(cases: number, changed: number, difference: number, omega2: number): PairedMoments {
  const components = { omega2, sigma2Control: 0, sigma2Candidate: 0, trialsControl: 5, trialsCandidate: 5 };
  return { ...once(cases, changed, 0), difference, single: false, components };
}

const told = (moments: PairedMoments) => {
  const need = needOf(moments, 0.03, false);
  return [need?.why.of, need?.cases, need?.other?.why.of ?? null, need?.other?.cases ?? null];
};

describe("advice fits what was seen", () => {
  test.each<[string, PairedMoments, unknown[]]>([
    ["4 of 4 → 0 of 4 takes two more cases", once(4, 4, 0), ["seen", 6, "asked", 8719]],
    ["5 of 5 → 0 of 5 one more", once(5, 5, 0), ["seen", 6, "asked", 8719]],
    ["3 of 30 worse", once(30, 3, 0), ["seen", 77, "asked", 870]],
    ["1 of 20 better", once(20, 0, 1), ["seen", 155, "asked", 434]],
    ["as many worse as better: only what is asked for", once(40, 4, 4), ["asked", 1742, null, null]],
    ["less than is asked for: that first", once(200, 12, 10), ["asked", 957, "seen", 8632]],
    ["nothing changed", once(12, 0, 0), ["asked", 125, null, null]],
    ["all of several trials worse, by as much in each case", often(4, 4, -1, 0), ["seen", 6, "asked", 8719]],
    ["several trials", often(10, 5, -0.4, 0.16), ["seen", 12, "asked", 1396]],
  ])("%s", (_, moments, expected) => {
    expect(told(moments)).toEqual(expected);
  });

  test("what was shown takes no more cases than it takes", () => {
    expect(needOf(once(1319, 64, 293), 0.03, true)).toMatchObject({
      cases: 69,
      why: { of: "seen" },
      other: { cases: 2359 },
    });
  });

  test("one cluster says nothing of more", () => {
    expect(needOf({ ...once(9, 9, 0), designEffect: null }, 0.03, false)).toBeNull();
  });
});

test("what few cases show: nothing below six, and never more than with several trials or clusters", () => {
  expect([smallestDropAtBest(5), smallestDropAtBest(6)]).toEqual([null, expect.closeTo(0.8 ** (1 / 6), 6)]);
  const [still, noisy] = [smallestDrop(once(30, 0, 0))!, smallestDrop(once(30, 6, 6))!];
  expect(still).toBe(smallestDropAtBest(30));
  expect(noisy).toBeGreaterThan(still);
  expect(smallestDrop(often(30, 3, -0.1, 0.01))).toBe(still);
  expect(smallestDrop(often(30, 15, -0.1, 0.4))!).toBeGreaterThan(still);
});

/** The same cases in so many clusters. */
const grouped = (clusters: number, moments: PairedMoments, designEffect = 1): PairedMoments => {
  const clusterSizes = Array<number>(clusters).fill(moments.cases / clusters);
  return { ...moments, clusters, clusterSizes, designEffect };
};

describe("of cases in clusters it is clusters that are asked for", () => {
  const clustersOf = (moments: PairedMoments, decided = false) => {
    const need = needOf(moments, 0.03, decided);
    return [need?.why.of, need?.clusters, need?.cases, need?.other?.clusters?.needed ?? null];
  };
  test.each<[string, PairedMoments, unknown[]]>([
    ["94 % → 30 % in five clusters: one more", grouped(5, once(50, 32, 0)), ["seen", { now: 5, needed: 6, least: 6 }, 60, 560]],
    ["the same where clusters differ much", grouped(5, once(50, 32, 0), 8), ["seen", { now: 5, needed: 7, least: 6 }, 70, 4461]],
    ["a smaller drop", grouped(8, once(80, 16, 4)), ["seen", { now: 8, needed: 12, least: 6 }, 120, 220]],
    ["several trials", grouped(5, often(50, 25, -0.4, 0.16)), ["seen", { now: 5, needed: 6, least: 6 }, 60, 142]],
    ["nothing changed: as many clusters as an interval of them takes", grouped(6, once(60, 0, 0)), ["asked", { now: 6, needed: 125, least: 6 }, 1250, null]],
    ["one cluster says nothing of more", { ...grouped(1, once(9, 9, 0)), designEffect: null }, [undefined, undefined, undefined, null]],
  ])("%s", (_, moments, expected) => expect(clustersOf(moments)).toEqual(expected)); // prettier-ignore

  test("what was shown takes no more clusters than it takes", () => {
    expect(clustersOf(grouped(40, once(400, 200, 0)), true)).toEqual([
      "seen",
      { now: 40, needed: 6, least: 6 },
      60,
      438,
    ]);
  });

  test("what few of them show: nothing below six, less than as many cases apart, and the more the more there are", () => {
    const drops = [5, 6, 8, 12].map((clusters) => smallestDrop(grouped(clusters, once(10 * clusters, clusters, 0))));
    expect(drops).toEqual([null, 0.306640625, 0.1611328125, 0.0947265625]);
    expect(smallestDrop(grouped(8, often(80, 0, 0, 0)))).toBe(0.130859375);
    expect([5, 9, 10].map((clusters) => fewClusters(grouped(clusters, once(50, 5, 0))))).toEqual([
      { clusters: 5, least: 6 },
      { clusters: 9, least: 6 },
      null,
    ]);
    expect(fewClusters(once(5, 5, 0))).toBeNull();
  });
});
