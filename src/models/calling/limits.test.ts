import { describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { createGate } from "./limits.ts";

const forever = new AbortController().signal;
const tick = () => new Promise((resolve) => setTimeout(resolve, 10));

describe("the gate of a provider", () => {
  it("lets no more calls run at once than allowed, first come first served", async () => {
    const gate = createGate({ concurrency: 2 }, systemClock);
    const started: number[] = [];
    for (let i = 0; i < 5; i++) void gate.enter(forever, 0).then(() => started.push(i));
    await tick();
    expect(started).toEqual([0, 1]);
    gate.leave(0, null);
    await tick();
    expect(started).toEqual([0, 1, 2]);
    gate.setConcurrency(4);
    await tick();
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it("spreads requests over the minute", async () => {
    const gate = createGate({ concurrency: 100, requestsPerMinute: 600 }, systemClock);
    const start = performance.now();
    await Promise.all(Array.from({ length: 55 }, () => gate.enter(forever, 0)));
    expect(performance.now() - start, "50 are in the bucket, 5 more at 10 a second").toBeGreaterThan(400);
  });

  it("counts tokens as expected, then as used", async () => {
    const gate = createGate({ concurrency: 100, tokensPerMinute: 60_000 }, systemClock);
    await gate.enter(forever, 1000);
    gate.leave(1000, 5400);
    const start = performance.now();
    await gate.enter(forever, 10);
    expect(performance.now() - start).toBeGreaterThan(300);
  });

  it("lets a waiting call go when its run is stopped, and keeps its place free", async () => {
    const gate = createGate({ concurrency: 1 }, systemClock);
    await gate.enter(forever, 0);
    const run = new AbortController();
    const waiting = gate.enter(run.signal, 0);
    const next = gate.enter(forever, 0);
    run.abort();
    await expect(waiting).rejects.toMatchObject({ kind: "aborted" });
    gate.leave(0, null);
    await next;
  });
});
