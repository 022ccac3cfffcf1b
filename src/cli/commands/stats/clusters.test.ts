import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { statsSchema } from "../../../planning/schema.ts";
import { agentops, tempProject } from "../../../testing/project.ts";
import { recorded, storedRuns } from "./runs.testing.ts";

/** Cases of so many clusters, one after the other. */
const clusters = (n: number) => (i: number) => `document ${i % n}`;

describe("runs whose cases come in clusters", () => {
  let dir: string;
  let id: Record<string, string>;
  beforeAll(async () => {
    dir = tempProject();
    id = await storedRuns(dir, {
      // 94 % → 30 % over 50 cases of five clusters.
      five: recorded(50, 1, (i) => i < 47, clusters(5)),
      "five-worse": recorded(50, 1, (i) => i < 15, clusters(5)),
      // 90 % → 65 % of 80 cases of eight clusters.
      eight: recorded(80, 1, (i) => i < 72, clusters(8)),
      "eight-worse": recorded(80, 1, (i) => i < 52, clusters(8)),
      // Two trials a case, twenty clusters.
      twenty: recorded(100, 2, (i, trial) => i + trial < 90, clusters(20)),
      "twenty-worse": recorded(100, 2, (i, trial) => i + 3 * trial < 80, clusters(20)),
      still: recorded(60, 1, () => true, clusters(6)),
      "still-so": recorded(60, 1, () => true, clusters(6)),
    });
  }, 60_000);

  async function stats(action: string, name: string, ...args: string[]): Promise<any> {
    const runs = ["--from", id[name] as string, "--from", (id[`${name}-worse`] ?? id[`${name}-so`]) as string];
    const words = await agentops(dir, ["stats", action, "--paired", ...runs, ...args]);
    const run = await agentops(dir, ["stats", action, "--paired", ...runs, ...args, "--json"]);
    expect(run.code, run.stderr).toBe(0);
    const report: unknown = JSON.parse(run.stdout);
    expect(z.safeParse(statsSchema, report).error?.message).toBeUndefined();
    return { report, words: words.stdout };
  }

  test("with five of them power is 0, however large the difference, and it says why", async () => {
    const { report, words } = await stats("power", "five", "--mde", "0.64");
    expect(report).toMatchObject({ power: 0, cases: 50 });
    expect(report.clusters).toEqual({ now: 5, planned: 5, least: 6, test: "sign-flip" });
    expect(words).toContain("With 50 cases in 5 clusters a difference of 64 points is seen in 0 % of comparisons.\n");
    expect(words).toContain("Fewer than 6 clusters can show nothing at alpha 0.05, however large the difference and however many cases they have: the smallest p that sign flips of 5 give is 0.0625.\n"); // prettier-ignore
    expect(words).not.toContain("raise the numbers");
    expect(report.notes).toContain("how much clusters differ is known from 5 of them: take it as a rough guess");
    const mde = await stats("mde", "five");
    expect(mde.report).toMatchObject({ down: null, up: null, smaller: { mde: 0.03, n: 5600, clusters: 560 } });
    expect(mde.words).toContain("With 50 cases in 5 clusters you can see no difference at all; for 3 points you need 5,600 in 560 clusters.\nFewer than 6 clusters can show nothing"); // prettier-ignore
  });

  test("what it takes is asked for in clusters", async () => {
    const { report, words } = await stats("sample-size", "five", "--mde", "0.64");
    expect(report).toMatchObject({ cases: 60, total: 120, clusters: { now: 5, planned: 6, test: "sign-flip" } });
    expect(words).toContain("You need 60 cases in 6 clusters, each run once on both sides: 120 trials.\n");
    expect(words).toContain("These runs share 50 in 5 clusters: 1 more cluster is needed; more cases of the same clusters hardly tell more.\n"); // prettier-ignore
    const smaller = await stats("sample-size", "five", "--mde", "0.3");
    expect(smaller.report).toMatchObject({ cases: 80, clusters: { now: 5, planned: 8, test: "sign-flip" } });
    const one = await stats("sample-size", "five", "--mde", "0.64", "--alpha", "0.01");
    expect(one.report.clusters).toEqual({ now: 5, planned: 8, least: 8, test: "sign-flip" });
  });

  test("below ten clusters the power is that of sign flips, from ten on that of t", async () => {
    const powers: number[] = [];
    for (const n of [50, 60, 70, 80, 90, 100, 120])
      powers.push((await stats("power", "eight", "--mde", "0.15", "--n", String(n))).report.power);
    expect(powers.map((power) => Math.round(power * 1000) / 1000)).toEqual([
      0, 0.179, 0.359, 0.513, 0.627, 0.718, 0.852,
    ]);
    expect((await stats("power", "eight", "--mde", "0.15", "--n", "100")).report.clusters.test).toBe("clustered-t");
    const { report } = await stats("mde", "eight");
    expect(report.down).toBeCloseTo(0.1948, 4);
    expect(report.up).toBe(report.down);
    const back = await stats("power", "eight", "--mde", String(report.down));
    expect(back.report.power).toBeCloseTo(0.8, 2);
  });

  test("several trials: by the spread of cases, and what more trials buy", async () => {
    const { report, words } = await stats("sample-size", "twenty", "--mde", "0.05");
    expect(report).toMatchObject({ method: "miller", clusters: { now: 20, least: 6, test: "clustered-t" } });
    expect([report.clusters.planned, report.cases, report.moreTrials]).toEqual([
      58,
      290,
      { help: false, casesWithTwice: 275 },
    ]);
    expect(words).toMatch(/method miller, t over clusters, two-sided/);
  });

  test("one run: its clusters are known, what they cost is not", async () => {
    const from = ["--paired", "--from", id["twenty"] as string];
    const run = await agentops(dir, ["stats", "power", ...from, "--mde", "0.05", "--json"]);
    const report = JSON.parse(run.stdout);
    expect(report).toMatchObject({ clusters: { now: 20, planned: 20, test: "clustered-t" } });
    expect(report.notes.join()).toContain("which one run or one cluster cannot account for");
  });

  test("a margin: of few clusters no interval is nearer than that of as many of which none changed", async () => {
    const { report } = await stats("sample-size", "five", "--margin", "0.1");
    expect(report).toMatchObject({
      method: "miller",
      sided: "one",
      clusters: { now: 5, least: 2, test: "clustered-t" },
    });
    const still = await stats("sample-size", "still", "--margin", "0.03");
    expect(still.report).toMatchObject({ method: "tango", cases: 1250, clusters: { now: 6, planned: 125 } });
    expect((await stats("power", "still", "--margin", "0.03", "--n", "1249")).report.power).toBe(0);
    expect((await stats("power", "still", "--margin", "0.03", "--n", "1250")).report.power).toBe(1);
  });

  test("diff asks for clusters, and says that five never show anything", async () => {
    const found = await agentops(dir, ["diff", id["five"] as string, id["five-worse"] as string, "--json"]);
    const { verdict, need, notes, smallestDrop } = JSON.parse(found.stdout);
    expect({ verdict, smallestDrop, need }).toMatchObject({
      verdict: "inconclusive",
      smallestDrop: null,
      need: {
        ...{ of: "seen", cases: 60, clusters: { now: 5, needed: 6, least: 6 } },
        other: { of: "asked", cases: 5600, clusters: { now: 5, needed: 560, least: 6 } },
      },
    });
    expect(notes).toContain("only 5 clusters of cases: fewer than 6 can show no difference, however large and however many cases they have"); // prettier-ignore
    const { stdout } = await agentops(dir, ["diff", id["five"] as string, id["five-worse"] as string]);
    expect(stdout).toContain("need: 5 clusters can never show anything at 5 %, at least 6 are needed; 6 clusters (60 cases) to see the difference of 64 points that was seen with 80 % power"); // prettier-ignore
    const enough = await agentops(dir, ["diff", id["eight"] as string, id["eight-worse"] as string, "--json"]);
    expect(JSON.parse(enough.stdout)).toMatchObject({ verdict: "worse", smallestDrop: 0.1953125 });
  });
});
