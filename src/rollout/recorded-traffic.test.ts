import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { few } from "../testing/engine.ts";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { hasSharedData, SHARED_DATA } from "../testing/project.ts";
import { beginRollout, drive, type Journey } from "../testing/rollout-traffic.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore } from "../testing/store.ts";
import type { Observation } from "../observations/schema.ts";
import { replayRollout } from "./replay.ts";

type Outcome = Pick<Observation, "success" | "latencyMs" | "costUsd">;

function records(...path: string[]): any[] {
  const text = readFileSync(join(SHARED_DATA, ...path), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const gsm8k = (model: string): Outcome[] =>
  records("gsm8k-solutions", `${model}.jsonl`).map(({ is_correct }) => ({ success: is_correct }));

const tau2 = (run: string): Outcome[] =>
  records("tau2-runs", `${run}.airline.traces.jsonl`)
    .sort((a, b) => Number(a.task_id) - Number(b.task_id))
    .map(({ reward, duration_s, agent_cost_usd }) => {
      return { success: reward === 1, latencyMs: duration_s * 1000, costUsd: agent_cost_usd };
    });

/** Arrivals meet the recorded tasks at random, the same task for both arms; a thousand an hour, a look every 50. */
async function replayed(
  control: Outcome[],
  candidate: Outcome[],
  settings: RolloutSettings,
): Promise<Journey & { differences: string[] }> {
  const store = await openTestStore();
  const random = seeded(11);
  const tasks = Array.from({ length: 60_000 }, () => Math.floor(random() * control.length));
  const of = (outcomes: Outcome[]) => (arrival: number) => outcomes[tasks[arrival] as number] as Outcome;
  const traffic = { control: of(control), candidate: of(candidate), perHour: 1000 };
  const journey = await drive(store, await beginRollout(store, settings), traffic, 60_000);
  const { differences } = await replayRollout(store.db, journey.turn.rollout);
  return { ...journey, differences };
}

const summary = ({ turn: { rollout, judged }, arrivals, candidate }: Journey) => {
  const { phase, step } = rollout.state;
  const harmed = judged.guardrails.filter(({ verdict }) => verdict === "harm").map(({ name }) => name);
  return { phase, step, arrivals, candidate, harmed };
};

describe.skipIf(!hasSharedData)("outcomes somebody else recorded, as traffic of a rollout", () => {
  const noFloor: RolloutSettings = { guardrails: { success: { floor: 0 } } };

  test.each(few<[string, string, string, RolloutSettings, object]>([
    ["GSM8K 39 % → 22 %", "6b_verification", "6b_finetuning", noFloor, { phase: "rolled-back", harmed: ["success"] }],
    ["GSM8K 22 % → 39 %", "6b_finetuning", "6b_verification", noFloor, { phase: "promoted", harmed: [] }],
    ["GSM8K 39 % → 39 %", "6b_verification", "6b_verification", noFloor, { phase: "promoted", harmed: [] }],
    ["GSM8K 22 % → 39 %, with the default floor", "6b_finetuning", "6b_verification", {}, { phase: "promoted", harmed: [] }],
    ["GSM8K 22 % → 39 %, with a floor of 90 % as written", "6b_finetuning", "6b_verification", { guardrails: { success: { floor: { absolute: 0.9 } } } }, { phase: "rolled-back", harmed: ["success.floor"] }],
  ], 0))("%s", async (name, control, candidate, settings, expected) => {
    const journey = await replayed(gsm8k(control), gsm8k(candidate), settings);
    process.stdout.write(`${name}: ${JSON.stringify(summary(journey))}\n`);
    expect(summary(journey)).toMatchObject(expected);
    expect(journey.differences).toEqual([]);
  }); // prettier-ignore

  test.each(few<[string, string, string, RolloutSettings, object]>([
    ["tau2 gpt-4o → claude-sonnet-4-5", "gpt-4o-2024-11-20", "claude-sonnet-4-5", noFloor, { phase: "rolled-back" }],
    ["tau2 claude-sonnet-4-5 → gpt-4o", "claude-sonnet-4-5", "gpt-4o-2024-11-20", noFloor, { phase: "rolled-back", harmed: ["success"] }],
    ["tau2 gpt-4o → claude, success alone", "gpt-4o-2024-11-20", "claude-sonnet-4-5", { guardrails: { success: { floor: 0 }, latency: false, cost: false } }, { phase: "promoted" }],
  ], 1))("%s", async (name, control, candidate, settings, expected) => {
    const journey = await replayed(tau2(control), tau2(candidate), settings);
    process.stdout.write(`${name}: ${JSON.stringify(summary(journey))}\n`);
    expect(summary(journey)).toMatchObject(expected);
    expect(journey.differences).toEqual([]);
  }); // prettier-ignore
});
