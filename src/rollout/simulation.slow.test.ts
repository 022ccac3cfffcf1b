import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RolloutSettings } from "../core/release-config.schema.ts";
import { fileAddress } from "../state/address.ts";
import { withStore } from "../testing/store.ts";
import { tempProject } from "../testing/project.ts";
import { beginRollout, drive, type Journey, type Traffic } from "../testing/rollout-traffic.ts";
import { seeded } from "../testing/seeded.ts";
import { replayRollout } from "./replay.ts";

/** Whole rollouts through the store and the functions that the commands call: start, observe, advance every 50 arrivals, replay. */
const folder = tempProject();

interface World {
  settings: RolloutSettings;
  control: (arrival: number) => number;
  candidate: (arrival: number) => number;
  perHour: number;
  most: number;
}

const rows: string[] = [];

async function simulated(name: string, count: number, world: World): Promise<Journey[]> {
  const { settings, control, candidate, perHour, most } = world;
  const random = seeded(count + rows.length);
  const journeys: Journey[] = [];
  for (let i = 0; i < count; i++) {
    const file = join(folder, `${i}.db`);
    const outcome = (rate: (arrival: number) => number) => (arrival: number) => ({ success: random() < rate(arrival) });
    const traffic: Traffic = { control: outcome(control), candidate: outcome(candidate), perHour };
    const journey = await withStore(fileAddress(file), async (store) => {
      const driven = await drive(store, await beginRollout(store, settings, `${name} ${i}`), traffic, most);
      if (i % 20 === 0) expect((await replayRollout(store.db, driven.turn.rollout)).differences).toEqual([]);
      return driven;
    });
    for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
    journeys.push(journey);
  }
  rows.push(row(name, journeys));
  return journeys;
}

const share = (journeys: readonly Journey[], phase: string) =>
  journeys.filter(({ turn }) => turn.rollout.state.phase === phase).length / journeys.length;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] as number;

function row(name: string, journeys: readonly Journey[]): string {
  const candidates = journeys.map(({ candidate }) => candidate);
  const percent = (phase: string) => `${(share(journeys, phase) * 100).toFixed(1)} %`;
  const cells = [percent("rolled-back"), percent("promoted"), mean(candidates).toFixed(0), median(candidates).toFixed(0), median(journeys.map(({ arrivals }) => arrivals)).toFixed(0)]; // prettier-ignore
  return name.padEnd(52) + cells.map((cell) => cell.padStart(13)).join("");
}

const always = (rate: number) => () => rate;
/** From 97 % to 87 % and back, every 2,000 arrivals. */
const drifting = (arrival: number) => 0.92 + 0.05 * Math.cos((2 * Math.PI * arrival) / 2000);
const held = { steps: [0.05, 1], stepTime: "1h", stepObservations: 50, guardrails: { success: { floor: 0 } } };
const ramp = { stepTime: "1h", stepObservations: 20, guardrails: { success: { floor: 0 } } };
const allowed = (count: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / count);

describe("rollouts through the store", () => {
  test("500 A/A at 5 %, looked at every 50 observations", async () => {
    const world = { settings: held, control: always(0.95), candidate: always(0.95), perHour: 1000, most: 3200 };
    expect(share(await simulated("A/A .95 at 5 %", 500, world), "rolled-back")).toBeLessThanOrEqual(allowed(500));
  });

  test("150 A/A on the default ramp while the control drifts", async () => {
    const world = { settings: ramp, control: drifting, candidate: drifting, perHour: 1000, most: 5000 };
    expect(share(await simulated("A/A drifting .97–.87, ramp 1 to 100 %", 150, world), "rolled-back")).toBeLessThanOrEqual(allowed(150));
  });

  test("200 from .95 to .90 are all rolled back", async () => {
    const world = { settings: held, control: always(0.95), candidate: always(0.9), perHour: 1000, most: 40_000 };
    const journeys = await simulated(".95 → .90 at 5 % (fixed sample: 160 candidates)", 200, world);
    expect(share(journeys, "rolled-back")).toBe(1);
    expect(mean(journeys.map(({ candidate }) => candidate))).toBeLessThan(320);
  });

  test("200 equal ones are promoted", async () => {
    const world = { settings: ramp, control: always(0.95), candidate: always(0.95), perHour: 500, most: 60_000 };
    const journeys = await simulated("equal .95, margin .03, ramp 1 to 100 %", 200, world);
    expect(share(journeys, "promoted")).toBeGreaterThanOrEqual(1 - allowed(200));
  });
}); // prettier-ignore

afterAll(() => {
  const head = "".padEnd(52) + ["rolled back", "promoted", "mean cand.", "median cand.", "median all"].map((cell) => cell.padStart(13)).join(""); // prettier-ignore
  process.stdout.write(`${[head, ...rows].join("\n")}\n`);
});
