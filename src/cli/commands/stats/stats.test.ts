import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { statsSchema } from "../../../planning/schema.ts";
import { agentops, REPO, tempProject } from "../../../testing/project.ts";
import { recorded, storedRuns } from "./runs.testing.ts";

async function stats(dir: string, ...args: string[]): Promise<any> {
  const run = await agentops(dir, ["stats", ...args, "--json"]);
  expect(run.code, run.stderr).toBe(0);
  const report: unknown = JSON.parse(run.stdout);
  const parsed = z.safeParse(statsSchema, report);
  expect(parsed.error?.message).toBeUndefined();
  return report;
}

describe.concurrent("plans without a run: command → JSON", () => {
  test.each<[string, Record<string, unknown>]>([
    [
      "sample-size --baseline 0.95 --mde 0.05 --allocation 0.05 --sided one",
      { schema: "agentops.stats/1", method: "pooled", control: 3040, candidate: 160, total: 3200, sided: "one", exactSize: 0.05829750982402727 },
    ],
    ["sample-size --baseline 0.95 --mde 0.05", { method: "pooled", control: 435, candidate: 435, sided: "two", alpha: 0.05, power: 0.8, allocation: 0.5 }],
    ["sample-size --baseline 0.5 --mde 0.1 --direction up", { control: 388, direction: "up" }],
    ["sample-size --baseline 0.9 --mde 0.05 --sided one --method arcsine", { method: "arcsine", control: 536 }],
    ["sample-size --baseline 0.9 --mde 0.05 --sided one --method unpooled", { method: "unpooled", control: 538 }],
    ["sample-size --baseline 0.9 --mde 0.05 --sided one --method continuity", { method: "continuity", control: 580 }],
    ["sample-size --baseline 0.8 --margin 0.05", { method: "farrington-manning", control: 794, sided: "one", mde: null, margin: 0.05 }],
    ["sample-size --baseline 0.95 --margin 0.03 --method unpooled", { method: "unpooled", control: 653 }],
    ["sample-size --baseline 1 --mde 0.1", { control: 74 }],
    ["power --baseline 0.95 --mde 0.05 --n 3200 --allocation 0.05 --sided one", { control: 3040, candidate: 160, power: 0.8000914307732896, falseAlarm: null, exactSize: 0.05829750982402727, notes: [expect.stringContaining("a false alarm in 5.83 % of comparisons, not in 5 %: Fisher's exact test keeps to that, and takes about 3,620 observations")] }],
    // What is counted with is what is said: 37.5 and 112.5 are nobody's arms.
    ["power --baseline 0.995 --mde 0.08 --n 150 --allocation 0.25 --sided one", { control: 112, candidate: 38, power: 0.7548097655238484 }],
    ["sample-size --baseline 0.995 --mde 0.08 --allocation 0.05 --sided one", { control: 475, candidate: 25, exactSize: 0.09386865173349035 }],
    ["sample-size --baseline 0.9 --mde 0.05 --sided one --method continuity", { exactSize: null, notes: [] }],
    ["power --baseline 0.95 --mde 0.05 --control 3040 --candidate 160 --sided one --method exact", { power: 0.7996159190586537, falseAlarm: 0.05829750982402727, allocation: 0.05, curve: [] }],
    ["power --baseline 0.95 --mde 0.05 --control 3040 --candidate 160 --sided one --method fisher", { power: 0.7394083217265502 }],
    ["power --baseline 0.95 --margin 0.05 --control 3800 --candidate 200 --method exact", { falseAlarm: 0.04457954859338597 }],
    ["mde --baseline 0.9 --control 9500 --candidate 500", { down: 0.040555987708788994, up: 0.03630915534176062, total: 10000 }],
    ["sample-size --baseline 0.95 --margin 0.94", { control: 10, candidate: 10, notes: [expect.stringContaining("below about 10 a side")] }],
    ["sample-size --baseline 0.95 --margin 0.94 --allocation 0.05", { control: 190, candidate: 10 }],
    ["sample-size --baseline 0.9 --mde 0.05", { control: 686, exactSize: 0.05014772850377039, notes: [] }],
    ["power --baseline 0.9 --mde 0.5 --n 12", { notes: [expect.stringContaining("with fewer than 10 a side this is a rough guess")] }],
    ["power --baseline 0.9 --mde 0.5 --n 12 --method exact", { notes: [] }],
    ["mde --baseline 0 --n 100", { down: null, smaller: null, curve: [] }],
    ["mde --baseline 0.99 --control 950 --candidate 50 --sided one", { down: 0.05667936793299969, up: null }],
  ])("stats %s", async (command, expected) => {
    const report = await stats("/", ...command.split(" "));
    for (const [key, want] of Object.entries(expected)) {
      if (typeof want === "number" && !Number.isInteger(want)) expect(report[key], key).toBeCloseTo(want, 9);
      else expect(report[key], key).toEqual(want);
    }
  }); // prettier-ignore

  test("the curve rises from 0 to twice the size and passes the planned power", async () => {
    const { curve, total } = await stats("/", "sample-size", "--baseline", "0.9", "--mde", "0.05");
    const powers = curve.map((point: any) => point.power);
    expect(powers).toEqual([...powers].sort((a: number, b: number) => a - b));
    expect(curve.at(-1).n).toBe(2 * total);
    expect(curve[curve.length / 2 - 1]).toMatchObject({ n: total });
    expect(curve[curve.length / 2 - 1].power).toBeCloseTo(0.8, 2);
  });
});

describe.concurrent("plans of a rollout: command → JSON", () => {
  const plan = (...args: string[]) => stats("/", "plan", "--baseline", "0.95", ...args);

  test("at one weight it is the midpoint of what the evidence takes, whatever the traffic", async () => {
    const one = ["--steps", "0.05,1", "--step-observations", "1", "--guardrails", "1"];
    const slow = await plan("--per-hour", "200", ...one);
    expect(slow.harmful).toMatchObject({ outcome: "rolled-back", expected: { candidate: 203, arrivals: 4042, step: 0, weight: 0.05 } });
    expect(slow.harmless).toMatchObject({ outcome: "promoted", successRate: 0.95, expected: { candidate: 523, step: 0, weight: 0.05 } });
    expect(slow.harmful.successRate).toBeCloseTo(0.9, 12);
    expect(slow.steps[0].alone.harmful).toEqual({ candidate: 203, arrivals: 4042, hours: slow.harmful.expected.hours });
    expect(slow.steps[1]).toEqual({ weight: 1, candidatePerHour: 200, least: null, alone: null });
    const fast = await plan("--per-hour", "2000", "--step-hours", "0.1", ...one);
    expect(fast.harmful.expected.hours).toBeCloseTo(slow.harmful.expected.hours / 10, 9);
  }); // prettier-ignore

  test("nine of ten are decided later than is expected, and at no smaller weight", async () => {
    for (const perHour of ["20", "2000", "200000"]) {
      for (const scenario of Object.values<any>(await plan("--per-hour", perHour)).filter((part) => part?.p90)) {
        expect(scenario.p90.hours).toBeGreaterThanOrEqual(scenario.expected.hours);
        expect(scenario.p90.step).toBeGreaterThanOrEqual(scenario.expected.step);
      }
    }
  });

  test("more guardrails take more evidence of harm, none more of safety", async () => {
    const [one, four] = [await plan("--per-hour", "200", "--guardrails", "1"), await plan("--per-hour", "200")];
    expect([one.harmThreshold, four.harmThreshold, four.safeThreshold]).toEqual([25, 50, 20]);
    expect(four.harmful.expected.arrivals).toBeGreaterThan(one.harmful.expected.arrivals);
    expect(four.harmless).toEqual(one.harmless);
  });

  test("however much traffic there is, a promotion goes through every step", async () => {
    const { harmless, steps } = await plan("--per-hour", "1000000", "--step-hours", "2", "--fast");
    expect(steps.map((step: any) => step.least?.hours ?? null)).toEqual([2, 2, 2, 2, null]);
    expect(harmless.expected).toMatchObject({ hours: 8, step: 3, weight: 0.5 });
    const usual = await plan("--per-hour", "1000000", "--step-hours", "2");
    expect(usual.harmless).toMatchObject({ expected: { hours: 24, step: 3 }, p90: { hours: 24 } });
    expect(usual.harmful).toEqual((await plan("--per-hour", "1000000", "--step-hours", "2", "--fast")).harmful);
  });

  test("with a time to settle each step begins once its units have settled, and a decision comes so much later", async () => {
    const args = ["--per-hour", "1000000", "--fast"];
    const [now, late] = [await plan(...args), await plan(...args, "--settle", "4h")];
    expect(late.steps.map((step: any) => step.least?.hours ?? null)).toEqual([5, 5, 5, 5, null]);
    expect(late.harmful.expected.hours).toBeCloseTo(now.harmful.expected.hours + 4, 9);
    expect(late).toMatchObject({ settleHours: 4, harmless: { expected: { step: 3, weight: 0.5 } } });
    expect(late.harmless.expected.hours).toBeCloseTo(20, 9);
  });

  test("what is decided only after the deadline says so, with what is known by then and what would help", async () => {
    const few = await plan("--per-hour", "5", "--guardrails", "1");
    expect(few).toMatchObject({ deadlineHours: 336, byDeadline: { drop: 0.359, margin: null } });
    expect(few.notes[0]).toContain("the deadline of 14 days comes before nine of ten are decided: with 5 an hour only a drop of 35.9 points");
    const late = await plan("--per-hour", "5", "--guardrails", "1", "--deadline", "80d");
    expect([late.notes.join().includes("comes before"), late.deadlineHours]).toEqual([false, 1920]);
    expect(late.byDeadline.drop).toBeLessThanOrEqual(0.05);
    expect(late.byDeadline.margin).toBeLessThanOrEqual(0.03);
    const half = await plan("--per-hour", "20", "--guardrails", "1");
    expect(half.notes[0]).toContain("what helps: --steps 0.05,0.25,0.5,1, --margin");
    expect((await plan("--per-hour", "20", "--guardrails", "1", "--steps", "0.05,0.25,0.5,1")).notes.join()).not.toContain("comes before");
    expect((await agentops("/", ["stats", "plan", "--baseline", "0.95", "--per-hour", "5", "--deadline", "soon"])).stderr).toContain('--deadline takes a duration, not "soon"');
  }); // prettier-ignore

  test("a weight that gives too little says so; a drop within the margin too", async () => {
    const { notes, steps } = await plan("--per-hour", "200");
    expect(steps[0].least).toEqual({ candidate: 50, arrivals: 5000, hours: 25 });
    expect(notes.join("\n")).toMatch(/^1 % of 200 an hour gives 2 of the candidate an hour: 50 take 25 hours, and at that weight alone a drop of 5 points would take \d+(\.\d)? days$/m);
    expect((await plan("--per-hour", "200000")).notes.join()).not.toMatch(/an hour gives/);
    expect((await plan("--per-hour", "200", "--mde", "0.02")).notes.join()).toMatch(/lies within the margin of 3 points: such a candidate may be promoted/);
  }); // prettier-ignore
});

describe.concurrent("intervals: command → JSON", () => {
  test.each<[string, Record<string, unknown>, number[]]>([
    ["--successes 950 --trials 1000", { kind: "proportion", method: "wilson", confidence: 0.95 }, [0.9346861797557492, 0.9618697376072513]],
    ["--successes 950 --trials 1000 --method clopper-pearson", { method: "clopper-pearson" }, [0.9346095120845064, 0.9626646023953382]],
    ["--control 48/80 --candidate 56/70", { kind: "difference", method: "miettinen-nurminen", estimate: 0.20000000000000007 }, [0.052829713245844706, 0.3381729400158684]],
    ["--control 48/80 --candidate 56/70 --method newcombe --alpha 0.1", { method: "newcombe" }, [0.07656419154407207, 0.31364458358294384]],
    ["--pairs 1,7,1,12", { kind: "paired", method: "tango", pValue: { exact: expect.closeTo(0.0703125, 12), midP: expect.closeTo(0.0390625, 12) }, test: "mcnemar-midp" }, [-0.5172322764213775, -0.026003032480868604]],
    ["--pairs 80,5,0,0", { pValue: { exact: expect.closeTo(0.0625, 12) }, test: "mcnemar-exact" }, [-0.13041438450839762, -0.013040546549827848]],
    ["--pairs 1,7,1,12 --method newcombe", { method: "newcombe" }, [-0.506920226686141, -0.02555912416485978]],
  ])("stats ci %s", async (command, expected, interval) => {
    const report = await stats("/", "ci", ...command.split(" "));
    expect(report).toMatchObject({ action: "ci", ...expected });
    interval.forEach((bound, i) => expect(report.interval[i]).toBeCloseTo(bound, 9));
  }); // prettier-ignore

  test("two files of numbers, by Welch and by Mann-Whitney", async () => {
    const dir = tempProject({ "a.txt": "1\n2\n\n3\r\n4\n", "b.txt": "5.5\n 6e0\n7\n8" });
    const files = ["--control-values", "a.txt", "--candidate-values", "b.txt"];
    const welch = await stats(dir, "ci", ...files);
    expect(welch).toMatchObject({
      kind: "values",
      method: "welch",
      n: { control: 4, candidate: 4 },
      superiority: null,
    });
    expect(welch.estimate).toBeCloseTo(4.125, 12);
    expect(welch.interval[0]).toBeGreaterThan(0);
    const ranks = await stats(dir, "ci", ...files, "--method", "mann-whitney");
    expect(ranks).toMatchObject({
      method: "mann-whitney",
      superiority: 1,
      exact: true,
      pValue: expect.closeTo(2 / 70, 12),
    });
  });
});

test("Mann-Whitney: the words follow p, which is counted where values are few", async () => {
  const dir = tempProject({ "1.txt": "1\n1\n1\n", "2.txt": "2\n2\n2\n", "4.txt": "1\n1\n1\n1\n", "5.txt": "2\n2\n2\n2\n" });
  const words = async (control: string, candidate: string) =>
    (await agentops(dir, ["stats", "ci", "--control-values", control, "--candidate-values", candidate, "--method", "mann-whitney"])).stdout;
  const few = await words("1.txt", "2.txt");
  expect(few).toContain("unbounded (too few values): no difference is shown");
  expect(few).toContain("method mann-whitney, exact p = 0.1; 3 values of the control, 3 values of the candidate");
  expect(few).toContain("note: some values are equal: p counts all arrangements");
  const enough = await words("5.txt", "4.txt");
  expect(enough).toContain("between −1 and −1: the candidate is lower");
  expect(enough).toContain("exact p = 0.029");
}); // prettier-ignore

describe("plans from stored runs", () => {
  let dir: string;
  let id: Record<string, string>;
  beforeAll(async () => {
    dir = tempProject();
    id = await storedRuns(dir, {
      // 100 cases: 70 pass on both sides, 10 only on the control, 5 only on the candidate.
      before: recorded(100, 1, (i) => i < 80),
      after: recorded(100, 1, (i) => i < 70 || (i >= 80 && i < 85)),
      // Case i passes i mod 5 of 4 trials.
      four: recorded(50, 4, (i, trial) => trial < i % 5),
      "four-better": recorded(60, 4, (i, trial) => trial < (i % 5) + (i % 2)),
      clustered: recorded(40, 1, (i) => i < 20, (i) => `file ${Math.floor(i / 10)}`),
      "clustered-worse": recorded(40, 1, (i) => i < 10, (i) => `file ${Math.floor(i / 10)}`),
      steady: recorded(40, 2, () => true),
      steadier: recorded(40, 2, () => true),
      other: { data: '{"id":"x","expected":"yes"}\n', outputs: '{"case":"x","trial":0,"output":"yes","ms":1}\n' },
    }); // prettier-ignore
  }, 60_000);
  const from = (...names: string[]) => names.flatMap((name) => ["--from", id[name] as string]);

  test("the baseline of a run", async () => {
    const report = await stats(dir, "sample-size", ...from("before"), "--mde", "0.1");
    expect(report).toMatchObject({ baseline: 0.8, control: 294, evidence: { runs: [id["before"]], cases: 100, baseline: 0.8, discordance: null } });
  }); // prettier-ignore

  test("one trial a case: discordance counted, sizes by Connor", async () => {
    const report = await stats(dir, "sample-size", "--paired", ...from("before", "after"), "--mde", "0.05");
    // psi = 15/100, d = 0.05: golden c_paired_samplesize
    expect(report).toMatchObject({ method: "connor", unit: "cases", cases: 469, control: 469, total: 938, baseline: null });
    expect(report.evidence).toMatchObject({ cases: 100, discordance: 0.15, designEffect: 1 });
    expect(report.evidence.difference).toBeCloseTo(-0.05, 12);
    const finer = await stats(dir, "sample-size", "--paired", ...from("before", "after"), "--mde", "0.05", "--method", "miettinen");
    expect(finer).toMatchObject({ method: "miettinen" });
    expect(finer.cases).toBeLessThan(469);
  }); // prettier-ignore

  test("repeated trials: variance components, sizes by Miller, and what more trials would buy", async () => {
    const report = await stats(dir, "sample-size", "--paired", ...from("four", "four-better"), "--mde", "0.05");
    expect(report).toMatchObject({ method: "miller", evidence: { cases: 50, trialsControl: 4, trialsCandidate: 4 } });
    const { omega2, sigma2Control, sigma2Candidate } = report.evidence;
    // m(1 − m) K/(K − 1) over passes 0…4 of 4: (0 + 0.25 + 1/3 + 0.25 + 0)/5
    expect(sigma2Control).toBeCloseTo(1 / 6, 12);
    const variance = omega2 + (sigma2Control + sigma2Candidate) / 4;
    expect(report.cases).toBe(Math.ceil(((1.959963984540054 + 0.8416212335729143) ** 2 * variance) / 0.0025));
    expect(report.total).toBe(8 * report.cases);
    expect(report.moreTrials.help).toBe((sigma2Control + sigma2Candidate) / 8 >= omega2 / 4);
    expect(report.moreTrials.casesWithTwice).toBeLessThan(report.cases);
    expect(report.notes).toContain("10 cases not scored on both sides: left out");
  });

  test("one run: what two trials of a case disagree on, without bias, and that it is the least", async () => {
    const report = await stats(dir, "sample-size", "--paired", ...from("four"), "--mde", "0.05");
    expect(report).toMatchObject({ method: "connor", evidence: { cases: 50, difference: null, omega2: null } });
    expect(report.evidence.discordance).toBeCloseTo(1 / 3, 12);
    expect(report.notes[0]).toContain("a candidate that changes more cases needs more");
  });

  test("power and mde of the cases at hand; a margin is one-sided", async () => {
    const power = await stats(dir, "power", "--paired", ...from("before", "after"), "--mde", "0.05");
    expect(power).toMatchObject({ cases: 100, method: "connor" });
    const there = await stats(dir, "power", "--paired", ...from("before", "after"), "--mde", "0.05", "--n", "469");
    expect(there.power).toBeCloseTo(0.8, 2);
    const mde = await stats(dir, "mde", "--paired", ...from("before", "after"));
    expect(mde.down).toBe(mde.up);
    expect(mde.smaller).toEqual({ mde: 0.03, n: expect.any(Number), clusters: null });
    const back = await stats(dir, "power", "--paired", ...from("before", "after"), "--mde", String(mde.down));
    expect(back.power).toBeCloseTo(0.8, 6);
    const margin = await stats(dir, "sample-size", "--paired", ...from("before", "after"), "--margin", "0.05");
    expect(margin).toMatchObject({ method: "miller", sided: "one", margin: 0.05, mde: null });
  });

  test("runs that never differ: what Tango's interval needs to stay within a margin, if again nothing changes", async () => {
    const never = [...from("steady", "steadier"), "--margin", "0.03"];
    const report = await stats(dir, "sample-size", "--paired", ...never);
    expect(report).toMatchObject({ method: "tango", cases: 125, total: 250, sided: "two", evidence: { discordance: 0 } });
    const { stdout } = await agentops(dir, ["stats", "sample-size", "--paired", ...never]);
    expect(stdout).toContain("You need 125 cases, each run once on both sides: 250 trials.\n");
    expect(stdout).toContain("If none of them changes, as none did in these runs, the 95 % interval stays within ±3 points.");
    expect(stdout).toContain("These runs share 40: 85 more are needed.");
    for (const [n, words] of [[124, "reaches beyond"], [125, "stays within"]] as const) {
      const power = await agentops(dir, ["stats", "power", "--paired", ...never, "--n", String(n)]);
      expect(power.stdout).toContain(`With ${n} cases of which none changes the 95 % interval ${words} ±3 points.`);
    }
    expect(await stats(dir, "sample-size", "--paired", ...from("steady"), "--margin", "0.1")).toMatchObject({ cases: 35 });
    const drop = await stats(dir, "sample-size", "--paired", ...from("steady", "steadier"), "--mde", "0.1");
    expect(drop).toMatchObject({ method: "connor", evidence: { discordance: 0 } });
    expect(drop.notes.join()).toContain("planned with 10 %");
  }); // prettier-ignore

  test("a rollout's baseline comes from a run, too", async () => {
    const report = await stats(dir, "plan", ...from("before"), "--per-hour", "200");
    expect(report.baseline).toBe(report.evidence.baseline);
    await refused(dir, ["plan", ...from("before"), "--baseline", "0.9", "--per-hour", "200"], "both name the baseline");
  });

  test("cases in clusters take more", async () => {
    const { evidence, cases, notes } = await stats(dir, "sample-size", "--paired", ...from("clustered", "clustered-worse"), "--mde", "0.1");
    expect(evidence.designEffect).toBeGreaterThan(5);
    const one = await stats(dir, "sample-size", "--paired", ...from("before", "after"), "--mde", "0.1");
    expect(cases).toBeGreaterThan(5 * one.cases);
    expect(notes.join()).toMatch(/clusters, which takes \d+ times as many/);
  }); // prettier-ignore

  test("the intervals of a run: its cases are the evidence", async () => {
    const report = await stats(dir, "ci", ...from("four"));
    expect(report).toMatchObject({ kind: "run", suite: "four", scored: 200, successRate: { estimate: 0.5 } });
    const [low, high] = report.successRate.interval;
    const naive = await stats(dir, "ci", "--successes", "100", "--trials", "200");
    expect(high - low).toBeGreaterThan(1.3 * (naive.interval[1] - naive.interval[0]));
    expect(report.p95LatencyMs.estimate).toBeCloseTo(147, 0);
  });

  test.each<[string, () => string[], string]>([
    ["runs that share no case", () => ["sample-size", "--paired", ...from("before", "other"), "--mde", "0.1"], "they share no case id"],
    ["the same run twice", () => ["sample-size", "--paired", ...from("before", "before"), "--mde", "0.1"], "both sides are run"],
    ["three runs", () => ["sample-size", "--paired", ...from("before", "after", "four"), "--mde", "0.1"], "two runs, not more"],
    ["one run with one trial a case", () => ["mde", "--paired", ...from("before")], "one trial of each case"],
    ["two runs without --paired", () => ["sample-size", ...from("before", "after"), "--mde", "0.1"], "or add --paired for two"],
    ["a baseline beside a run's", () => ["sample-size", ...from("before"), "--baseline", "0.9", "--mde", "0.1"], "both name the baseline"],
    ["an allocation of pairs", () => ["sample-size", "--paired", ...from("before", "after"), "--mde", "0.1", "--allocation", "0.1"], "--allocation does not apply to a paired plan"],
    ["Miller where nothing ever varies", () => ["sample-size", "--paired", ...from("steady", "steadier"), "--mde", "0.1", "--method", "miller"], "these runs never differ"],
    ["another method for a margin where nothing varies", () => ["sample-size", "--paired", ...from("steady"), "--margin", "0.1", "--method", "miller"], "hint: one of tango"],
    ["one side of a margin where nothing varies", () => ["sample-size", "--paired", ...from("steady"), "--margin", "0.1", "--sided", "one"], "leave --sided out"],
    ["Miller from one run", () => ["sample-size", "--paired", ...from("four"), "--mde", "0.1", "--method", "miller"], "--method miller"],
    ["a run that is not there", () => ["sample-size", "--paired", "--from", "0123", "--mde", "0.1"], 'no run "0123"'],
    ["an interval of two runs", () => ["ci", ...from("before", "after")], "stats ci takes one run"],
    ["another level for a run", () => ["ci", ...from("before"), "--alpha", "0.1"], "--alpha does not apply to a run"],
  ])("%s: one clear line, exit 2", async (_name, args, message) => {
    await refused(dir, args(), message);
  }); // prettier-ignore

  test("words: cases, what is there, what is missing", async () => {
    const { stdout } = await agentops(dir, ["stats", "sample-size", "--paired", ...from("before", "after"), "--mde", "0.05"]);
    expect(stdout).toContain("You need 469 cases, each run once on both sides: 938 trials.\n");
    expect(stdout).toContain("These runs share 100: 369 more are needed.");
    expect(stdout).toContain("the two sides differ on 15 % of cases");
    const repeated = await agentops(dir, ["stats", "sample-size", "--paired", ...from("four", "four-better"), "--mde", "0.05"]);
    expect(repeated.stdout).toMatch(/^You need \d+ cases, each run 4 times on both sides: [\d,]+ trials\.$/m);
    expect(repeated.stdout).toMatch(/^More trials a case (would help|buy little)/m);
    const mde = await agentops(dir, ["stats", "mde", "--paired", ...from("before", "after")]);
    expect(mde.stdout).toMatch(/^With 100 cases you can see a difference of 10\.\d points or more; for 3 points you need 1,3\d\d\.$/m);
  }); // prettier-ignore
});

async function refused(dir: string, args: string[], message: string): Promise<void> {
  const run = await agentops(dir, ["stats", ...args]);
  expect(run.stderr).toContain(message);
  expect(run.code, run.stderr).toBe(2);
  expect(run.stdout).toBe("");
  expect(run.stderr.trim().split("\n").length, run.stderr).toBeLessThanOrEqual(2);
  expect(run.stderr).not.toMatch(/ at .*\.js:\d+|NaN|Infinity/);
}

describe.concurrent("hostile input: one clear line, exit 2", () => {
  const dir = tempProject({
    "a.txt": "1\n2\n3\n",
    "word.txt": "1\n2\nfast\n",
    "none.txt": "\n\n",
    "same.txt": "2\n2\n",
    "huge.txt": "1e99\n-1e308\n",
    "tiny.txt": "1e-300\n",
  });
  test.each<[string, string]>([
    ["", "missing required argument 'action'"],
    ["plan --baseline 0.9", "say how many arrivals there are an hour: --per-hour 200"],
    ["plan --baseline 0.9 --per-hour 0", "say how many arrivals there are an hour"],
    ["plan --baseline 0.9 --per-hour many", '--per-hour takes an amount of at least 0, not "many"'],
    ["plan --per-hour 200", "the success rate of the control is needed: --baseline 0.95, or --from RUN [USAGE]\nhint: agentops stats plan"],
    ["plan --baseline 0.9 --per-hour 200 --steps 0.5,0.1", "--steps must rise, got 0.5,0.1"],
    ["plan --baseline 0.9 --per-hour 200 --steps 0.5,0.5", "--steps must rise"],
    ["plan --baseline 0.9 --per-hour 200 --steps 1", "at a weight of 1 there is no control to compare with"],
    ["plan --baseline 0.9 --per-hour 200 --steps 1,5,25", '--steps takes weights between 0 and 1, not "1,5,25"'],
    ["plan --baseline 0.9 --per-hour 200 --steps 0,0.5", "--steps takes weights between 0 and 1"],
    ["plan --baseline 0.9 --per-hour 200 --steps ,", "--steps takes weights between 0 and 1"],
    ["plan --baseline 0.9 --per-hour 200 --mde 0.95", "a drop of 0.95 from 0.9 leaves nothing"],
    ["plan --baseline 0.9 --per-hour 200 --mde 0.000000001", "takes more observations than can be counted"],
    ["plan --baseline 0.9 --per-hour 200 --margin 0.000000001", "takes more observations than can be counted"],
    ["plan --baseline 0.9 --per-hour 200 --guardrails 0", "--guardrails takes a whole number of at least 1"],
    ["plan --baseline 0.9 --per-hour 200 --power 0.9", "--power does not belong to stats plan"],
    ["sample-size --baseline 0.9 --mde 0.1 --per-hour 200", "--per-hour does not belong to stats sample-size"],
    ["size --baseline 0.9", 'unknown action "size"'],
    ["sample-size --mde 0.05", "the success rate of the control is needed"],
    ["sample-size --baseline 0.9", "say what to look for"],
    ["sample-size --baseline 95 --mde 0.05", '--baseline takes a proportion between 0 and 1, not "95" [USAGE]\nhint: did you mean --baseline 0.95?'],
    ["sample-size --baseline 0.95 --mde 5", '--mde takes a proportion between 0 and 1, not "5" [USAGE]\nhint: did you mean --mde 0.05?'],
    ["sample-size --baseline 0.95 --mde 5%", "did you mean --mde 0.05?"],
    ["sample-size --baseline 0.95 --mde 0", "--mde takes a proportion between 0 and 1"],
    ["sample-size --baseline -0.1 --mde 0.05", "--baseline takes a proportion between 0 and 1"],
    ["sample-size --baseline often --mde 0.05", "--baseline takes a proportion between 0 and 1"],
    ["sample-size --baseline 0.05 --mde 0.05", "a drop of 0.05 from 0.05 leaves nothing"],
    ["sample-size --baseline 0.3 --mde 0.5", "a drop of 0.5 from 0.3 leaves nothing"],
    ["sample-size --baseline 0.9 --mde 0.2 --direction up", "a gain of 0.2 from 0.9 is beyond 1"],
    ["sample-size --baseline 0.9 --mde 0.05 --margin 0.03", "--mde and --margin exclude each other"],
    ["sample-size --baseline 0.9 --margin 0.03 --sided two", "--margin is one-sided"],
    ["sample-size --baseline 0.9 --margin 0.03 --direction up", "leave --direction out"],
    ["sample-size --baseline 0.9 --margin 0.03 --method pooled", "hint: one of farrington-manning, unpooled"],
    ["sample-size --baseline 0.9 --mde 0.05 --method exact", "hint: one of pooled, unpooled, arcsine, continuity"],
    ["sample-size --baseline 0.9 --mde 0.05 --sided both", '--sided takes one or two, not "both"'],
    ["sample-size --baseline 0.9 --mde 0.05 --power 0.04 --sided one", "--power 0.04 is no more than chance gives"],
    ["sample-size --baseline 0.9 --mde 0.05 --n 100", "--n does not belong to stats sample-size"],
    ["sample-size --baseline 0.9 --mde 0.000000001", "takes more observations than can be counted"],
    ["sample-size --paired --mde 0.05", "measured, never assumed"],
    ["mde --paired", "hint: agentops eval SUITE --trials 2"],
    ["power --baseline 0.9 --mde 0.05", "say how many"],
    ["power --baseline 0.9 --mde 0.05 --n 0", "--n takes a whole number of at least 1"],
    ["power --baseline 0.9 --mde 0.05 --n 2 --allocation 0.1", "2 observations leave an arm empty"],
    ["power --baseline 0.9 --mde 0.05 --control 100", "--control and --candidate go together"],
    ["power --baseline 0.9 --mde 0.05 --control 100 --candidate 100 --n 200", "--n is the total"],
    ["power --baseline 0.9 --mde 0.05 --n 9000000 --method exact", "counts outcomes one by one"],
    ["power --baseline 0.95 --mde 0.05 --n 1e300", '--n takes at most 1,000,000,000,000 (10^12), not "1e300"'],
    ["mde --baseline 0.9 --n 1e15", "--n takes at most"],
    ["mde --baseline 0.9 --control 1e13 --candidate 10", "--control takes at most"],
    ["mde --baseline 0.9 --control 10 --candidate 20 --allocation 0.9", "--allocation and --control/--candidate exclude each other"],
    ["mde --baseline 0 --n 100 --mde 0.05", "a control that never succeeds cannot get worse"],
    ["sample-size --baseline 0 --margin 0.05", "a control that never succeeds cannot get worse"],
    ["sample-size --baseline 0.9 --mde 0.05 more of it", "too many arguments"],
    ["power --baseline 0.9 --mde 0.05 --n 1", "1 observation leaves an arm empty"],
    ["mde --baseline 0.9 --n 100 --margin 0.05", "--margin does not belong to stats mde"],
    ["ci", "stats ci takes one kind of data"],
    ["ci --successes 5", "stats ci takes one kind of data"],
    ["ci --successes 5 --trials 10 --pairs 1,2,3,4", "stats ci takes one kind of data"],
    ["ci --successes 11 --trials 10", "11 successes of 10 trials: there cannot be more successes than trials"],
    ["ci --successes 0 --trials 0", "0 trials say nothing"],
    ["ci --successes 5.5 --trials 10", "--successes takes S as whole numbers"],
    ["ci --control 5 --candidate 5/10", '--control takes S/N as whole numbers, not "5"'],
    ["ci --control 5/0 --candidate 5/10", "0 trials say nothing"],
    ["ci --pairs 1,2,3", "--pairs takes BOTH,ONLY-CONTROL,ONLY-CANDIDATE,NEITHER as whole numbers"],
    ["ci --pairs 0,0,0,0", "there is no case to compare"],
    ["ci --pairs 1,2,3,4 --method wilson", "hint: one of tango, newcombe"],
    ["plan --baseline 0.95 --per-hour 9 --settle soon", '--settle takes a duration, not "soon"'],
    ["ci --control-values a.txt --candidate-values nowhere.txt", "cannot read nowhere.txt: no such file"],
    ["ci --control-values a.txt --candidate-values .", "cannot read .: EISDIR"],
    ["ci --control-values a.txt --candidate-values word.txt", 'word.txt:3: not a number: "fast"'],
    ["ci --control-values a.txt --candidate-values none.txt", "none.txt holds no number"],
    ["ci --control-values huge.txt --candidate-values a.txt", "huge.txt:2: -1e308 is too large to compute with"],
    ["ci --control-values a.txt --candidate-values tiny.txt --method mann-whitney", "tiny.txt:1: 1e-300 is too close to 0"],
    ["ci --control-values same.txt --candidate-values same.txt", "welch needs at least two values in each file"],
  ])("stats %s", async (command, message) => {
    await refused(dir, command.split(" ").filter(Boolean), message);
  }); // prettier-ignore
});

describe("words and curve", () => {
  const plan = [
    "stats",
    "sample-size",
    "--baseline",
    "0.95",
    "--mde",
    "0.05",
    "--allocation",
    "0.05",
    "--sided",
    "one",
  ];
  test("a size in words, with the settings that were defaults", async () => {
    const { stdout } = await agentops("/", plan);
    expect(stdout).toContain("You need 3,200 observations: 3,040 of the control and 160 of the candidate.\n");
    expect(stdout).toContain("They show a drop of 5 points (95 % → 90 %) in 80 % of comparisons; where nothing changed, 5.83 % raise a false alarm.");
    expect(stdout).toContain("method pooled, one-sided, alpha 0.05, power 0.8, allocation 5 % to the candidate");
  }); // prettier-ignore

  test("the curve fits the width, marks the plan and has no colour without a terminal", async () => {
    for (const env of [{}, { NO_COLOR: "1" }]) {
      const { stdout } = await agentops("/", plan, env);
      expect(stdout).not.toContain("\u001b");
      expect(stdout).toMatch(/^ 100 % ┤.*▆$/m);
      expect(stdout).toMatch(/^ {7}└─+┴─+$/m);
      expect(stdout).toMatch(/^ +3,200 +6,400$/m);
      const chart = stdout.split("\n").filter((line) => /[┤└]/.test(line));
      expect(Math.max(...chart.map((line) => line.length))).toBeLessThanOrEqual(70);
    }
    expect((await agentops("/", plan, { FORCE_COLOR: "1" })).stdout).toContain("\u001b[");
  });

  test.each<[string, string]>([
    ["mde --baseline 0.9 --n 200", "With 200 observations (100 of the control and 100 of the candidate) you can see a drop of 15 points or more and a gain of 9 points or more; for 3 points you need 3,548."],
    ["mde --baseline 0.99 --n 20", "no gain at all"],
    ["mde --baseline 0 --n 100", "you can see a gain of 14.3 points or more (from 0 % no drop is possible)."],
    ["mde --baseline 1 --n 100", "you can see a drop of 14.3 points or more (from 100 % no gain is possible); for 3 points you need 514."],
    ["mde --baseline 0.9 --n 1e12", "a drop of 0.00017 points or more and a gain of 0.00017 points or more; for 0.00008 points you need"],
    ["sample-size --baseline 0.95 --mde 1e-7", "They show a drop of 0.00001 points (95 % → 94.99999 %) in 80 % of comparisons"],
    ["power --baseline 0.9 --mde 0.05 --n 200", "More often than not it is missed"],
    ["power --baseline 0.95 --margin 0.03 --n 1366", "a candidate as good as the control is shown not to be worse by 3 points in 80"],
    ["power --baseline 0.95 --mde 0.05 --n 3200 --allocation 0.05 --sided one --method exact", "Where nothing changed, 5.83 % of comparisons say otherwise in that direction (the test aims at 5 %)."],
    ["sample-size --baseline 0.95 --margin 0.01", "that a candidate as good as the control (95 %) is not worse by 1 point; one that is passes in at most 5 %."],
    ["plan --baseline 0.95 --per-hour 200", "A candidate that is 5 points worse (95 % → 90 %) is rolled back after about 33 hours: 383 observations of it and 6,666 in all, at step 4 (50 %).\n"],
    ["plan --baseline 0.95 --per-hour 200", "is shown not to be worse by 3 points, and promoted, after about 37 hours: 729 observations of it and 7,357 in all, at step 4 (50 %).\n"],
    ["plan --baseline 0.95 --per-hour 200", "1     1 %     2               25 hours        4.7 days                 10.6 days"],
    ["ci --successes 45 --trials 50", "90 % (45 of 50), with 95 % confidence between 78.64 % and 95.65 %"],
    ["ci --control 48/80 --candidate 56/70", "It is better: with 95 % confidence between +5.28 and +33.82 points."],
    ["ci --control 40/50 --candidate 38/50", "Nothing is decided"],
    ["ci --pairs 80,5,0,0", "Nothing is decided: with 95 % confidence between"],
    ["ci --pairs 80,5,0,0", "points, but with 5 changed cases McNemar's exact test gives p = 0.063."],
    ["ci --pairs 80,6,0,0", "It is worse: with 95 % confidence between"],
    ["ci --pairs 20,1,8,70 --method newcombe", "It is better"],
    ["ci --pairs 99,1,0,0", "1 point worse: 1 regression, 0 improvements"],
    ["ci --pairs 70,10,2,18", "the candidate is 8 points worse: 10 regressions, 2 improvements"],
  ])("stats %s", async (command, words) => {
    const run = await agentops("/", ["stats", ...command.split(" ")]);
    expect(run.stdout).toContain(words);
    expect(run.stdout).not.toMatch(/NaN|Infinity|undefined/);
  }); // prettier-ignore

  test("the document goes to a file, and stays plain there", async () => {
    const dir = tempProject();
    const run = await agentops(dir, [...plan, "--output", "plan.txt"], { FORCE_COLOR: "1" });
    expect(run).toMatchObject({ code: 0, stdout: "" });
    const { readFileSync } = await import("node:fs");
    const written = readFileSync(join(dir, "plan.txt"), "utf8");
    expect(written).toContain("You need 3,200 observations");
    expect(written).not.toContain("\u001b");
  });

  test("no store is opened where no run is named", async () => {
    const dir = tempProject();
    await agentops(dir, plan);
    const { existsSync } = await import("node:fs");
    expect(existsSync(join(dir, ".agentops"))).toBe(false);
    expect(existsSync(join(REPO, "bin/agentops.js"))).toBe(true);
  });
});
