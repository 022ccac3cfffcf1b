import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readPath } from "../dataset/dot-path.ts";
import { runSchedule } from "./schedule.ts";
import { matches, parseFilter, sampleRank } from "../dataset/selection.ts";
import { createBudget } from "./stopping.ts";

const never = new AbortController().signal;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)[Symbol.iterator]();

describe("a schedule", () => {
  test("does everything, never more at once than it may, and reads its source no further than needed", async () => {
    let open = 0;
    let peak = 0;
    let read = 0;
    let done = 0;
    function* source() {
      for (let i = 0; i < 100; i++) {
        read = i + 1;
        yield i;
      }
    }
    await runSchedule({
      source: source(),
      concurrency: 7,
      stop: never,
      budget: undefined,
      work: async () => {
        peak = Math.max(peak, ++open);
        expect(read - done).toBeLessThanOrEqual(8);
        await sleep(1);
        open -= 1;
        done += 1;
      },
    });
    expect([done, peak]).toEqual([100, 7]);
  });
  test("stops when told to, after what is under way has ended", async () => {
    const stop = new AbortController();
    let done = 0;
    await runSchedule({
      source: numbers(100),
      concurrency: 4,
      stop: stop.signal,
      budget: undefined,
      work: async () => {
        await sleep(1);
        if (++done === 10) stop.abort();
      },
    });
    expect(done).toBeGreaterThanOrEqual(10);
    expect(done).toBeLessThanOrEqual(13);
  });
  test("throws the first error once nothing is under way", async () => {
    let open = 0;
    const run = runSchedule({
      source: numbers(50),
      concurrency: 4,
      stop: never,
      budget: undefined,
      work: async (i) => {
        open += 1;
        await sleep(i === 5 ? 1 : 5);
        open -= 1;
        if (i === 5) throw new Error("five");
      },
    });
    await expect(run).rejects.toThrow("five");
    expect(open).toBe(0);
  });
});

describe("a budget", () => {
  test("lets one trial go first, then as many as surely fit", () => {
    const budget = createBudget(1);
    budget.started();
    expect(budget.mayStart()).toBe(false);
    budget.finished(0.3, false);
    const started = [0, 0, 0, 0].filter(() => budget.mayStart() && (budget.started(), true));
    expect(started).toHaveLength(2);
    expect(budget.exhausted()).toBe(false);
    budget.finished(0.3, false);
    budget.finished(0.3, false);
    expect([budget.mayStart(), budget.exhausted()]).toEqual([false, true]);
  });
  test("answers from the store are free; an unknown price ends it; nothing to spend starts nothing", () => {
    const budget = createBudget(1);
    budget.started();
    budget.finished(null, true);
    expect([budget.mayStart(), budget.unknownPrice()]).toEqual([true, false]);
    budget.started();
    budget.finished(null, false);
    expect([budget.mayStart(), budget.unknownPrice()]).toEqual([false, true]);
    expect([createBudget(0).mayStart(), createBudget(0).exhausted()]).toEqual([false, true]);
  });
});

describe("selection", () => {
  const evalCase = { id: "a", vars: { lang: "de", n: 3, deep: { x: 1 } }, tags: ["hard", "de"], cluster: "c1" };
  test.each([
    ["id=a", true],
    ["tag=hard", true],
    ["tags=easy", false],
    ["cluster=c1", true],
    ["lang=de", true],
    ["vars.n=3", true],
    ["deep=1", false],
    ["none=1", false],
    ["lang=d=e", false],
  ])("%s: %s", (filter, expected) =>
    expect(matches(evalCase, { filters: [parseFilter(filter)], sample: undefined })).toBe(expected),
  );
  test("a sample is drawn by id alone, so that it is the same in both arms", () => {
    expect(sampleRank("case-1")).toBe(sampleRank("case-1"));
    expect(sampleRank("case-1")).not.toBe(sampleRank("case-2"));
  });
});

describe("dot paths", () => {
  const value = { a: { b: [{ c: 1 }, { c: 2 }] }, "x.y": 3, n: null };
  test.each([
    ["a.b.0.c", 1],
    ["a.b.-1.c", 2],
    ["x.y", 3],
    ["n", null],
    ["a.z", undefined],
    ["a.b.9.c", undefined],
    ["a.b.length", undefined],
    ["constructor.name", undefined],
    ["__proto__.x", undefined],
  ])("%s is %j", (path, expected) => expect(readPath(value, path)).toEqual(expected));
});
