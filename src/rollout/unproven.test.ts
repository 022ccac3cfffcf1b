import { describe, expect, test } from "vitest";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import type { Observation } from "../observations/schema.ts";
import { operate } from "../operations/operate.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { lognormal } from "../testing/ratio-traffic.ts";
import { turnBy } from "../testing/rollout.ts";
import { beginRollout, drive, type Journey } from "../testing/rollout-traffic.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore } from "../testing/store.ts";
import type { Store } from "../state/store.ts";
import { replayRollout } from "./replay.ts";
import { rolloutView } from "./view.ts";

type Guardrails = NonNullable<RolloutSettings["guardrails"]>;

/** A heavy tail: some hundred units show nothing of its p95. */
const SIGMA = 2;
const SETTINGS: RolloutSettings = { steps: [0.5, 1], stepTime: "1h", guardrails: {} };

interface Case {
  guardrails?: Guardrails;
  slower?: number;
  sigma?: number;
  perHour?: number;
  most?: number;
  fast?: boolean;
}

async function driven({ guardrails = {}, slower = 1, sigma = SIGMA, perHour = 400, most = 30_000 }: Case) {
  const store = await openTestStore();
  const random = seeded(11);
  const draw = lognormal(sigma, 400);
  const outcome = (scale: number): Partial<Observation> => ({ success: random() < 0.95, latencyMs: scale * draw(random) });
  const rollout = await beginRollout(store, { ...SETTINGS, guardrails: { cost: false, safety: false, ...guardrails } });
  const traffic = { control: () => outcome(1), candidate: () => outcome(slower), perHour };
  const journey = await drive(store, rollout, traffic, most);
  expect((await replayRollout(store.db, journey.turn.rollout)).differences).toEqual([]);
  return { store, journey, view: await viewOf(store, journey) };
} // prettier-ignore

function viewOf(store: Store, { turn }: Journey) {
  return rolloutView(store.db, turn.rollout, { at: turn.at, held: null });
}

const latencyIn = ({ analysis }: Awaited<ReturnType<typeof viewOf>>) => analysis.guardrails.find(({ name }) => name === "latency"); // prettier-ignore

describe("a p95 that the traffic cannot show", () => {
  test("is let pass after a day more, and named: it never says safe", async () => {
    const { view, journey } = await driven({ most: 40_000, perHour: 100 });
    expect([view.phase, view.unproven, latencyIn(view)?.verdict]).toEqual(["promoted", ["latency"], "unproven"]);
    // A day of traffic, a day more, and the least time at 100 %.
    expect(journey.arrivals).toBeGreaterThanOrEqual(4900);
    expect(view.analysis.reasons.map(reasonText)).toContain("not shown, and not required: latency");
    expect(latencyIn(view)?.ratio).toMatchObject({ of: "p95", limit: 1.2 });
    expect(latencyIn(view)).toMatchObject({ control: { rate: null }, candidate: { rate: null }, difference: null, bounds: null }); // prettier-ignore
  });

  test("waits for a person where it is required, who can let it pass; then everybody gets it", async () => {
    const { store, journey, view } = await driven({ guardrails: { latency: { required: true } }, most: 4950, perHour: 100 }); // prettier-ignore
    const place = { environment: "production", target: "prompts/x" };
    expect([view.phase, view.awaiting, view.unproven, view.weight]).toEqual(["progressing", "approval", ["latency"], 0.5]);
    expect(view.analysis.reasons.map(reasonText).at(-1)).toContain("agentops canary approve prompts/x lets it pass unproven");
    const { at } = journey.turn;
    await expect(operate(store, place, "approve", { at, actor: "ada", reason: "mine" })).rejects.toThrow("somebody else approves");
    await operate(store, place, "approve", { at, actor: "bob", reason: "looked at the traces" });
    const turn = await advance(store, place, turnBy(store, at));
    expect(turn.rollout.state).toMatchObject({ phase: "promoting", weight: 1, unproven: ["latency"], accepted: ["latency"] });
    expect((await replayRollout(store.db, turn.rollout)).differences).toEqual([]);
  }); // prettier-ignore
});

describe("a p95 half as high again", () => {
  const slow = { slower: 1.5, sigma: 0.4, perHour: 1000, most: 30_000 };

  test("rolls back", async () => {
    const { view } = await driven(slow);
    expect([view.phase, latencyIn(view)?.verdict]).toEqual(["rolled-back", "harm"]);
    expect(latencyIn(view)?.ratio?.bounds[0]).toBeGreaterThanOrEqual(1.2);
  });

  test("pauses where that is what harm does, once", async () => {
    const { store, view, journey } = await driven({ ...slow, guardrails: { latency: { onHarm: "pause" } } });
    expect([view.phase, view.weight, latencyIn(view)?.verdict]).toEqual(["paused", 0.5, "harm"]);
    expect(view.history.at(-1)).toMatchObject({ event: "look", phase: "paused", reason: expect.stringContaining("onHarm: pause") as string }); // prettier-ignore
    const place = { environment: "production", target: "prompts/x" };
    await operate(store, place, "resume", { at: journey.turn.at, actor: "bob", reason: "we know" });
    const turn = await advance(store, place, turnBy(store, journey.turn.at));
    expect(turn.rollout.state.phase).toBe("progressing");
  });

  test("is told where that is what harm does, and everybody gets it", async () => {
    const { view } = await driven({ ...slow, guardrails: { latency: { onHarm: "tell" } } });
    expect([view.phase, latencyIn(view)?.verdict, view.unproven]).toEqual(["promoted", "harm", []]);
    expect(view.history.filter(({ reason }) => reason.includes("onHarm: tell"))).toHaveLength(1);
    expect(view.analysis.reasons.map(reasonText).join("\n")).toContain("told, and not rolled back");
  });
});

test("what only one arm reports is shown by nobody: it is named, and keeps nobody for ever", async () => {
  const store = await openTestStore();
  const rollout = await beginRollout(store, { ...SETTINGS, guardrails: { cost: false, safety: false, latency: { capMs: 900 } } });
  const traffic = { control: () => ({ success: true }), candidate: () => ({ success: true, latencyMs: 100 }), perHour: 100 };
  const { turn } = await drive(store, rollout, traffic, 20_000);
  expect(turn.rollout.state).toMatchObject({ phase: "promoted", unproven: ["latency"] });
}); // prettier-ignore
