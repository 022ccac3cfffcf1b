import { setImmediate } from "node:timers/promises";
import { drive } from "./drive.js";
import { agentops } from "./ours.js";
import { growthBook, lastHundred, peekedZ } from "./peers.js";
import { seedOf } from "./random.js";
import { summary } from "./results.js";
import { trafficOf } from "./traffic.js";

/** Each makes an engine of a world. */
export const ENGINES = { agentops, z: peekedZ, growthbook: growthBook, window: lastHundred };

/** Runs one of {@link ENGINES} by its key. */
export function runner(key) {
  const run = (world, traffic) => drive(ENGINES[key](world), world, traffic);
  return Object.assign(run, { title: key });
}

/** One row for each engine; all of them see the same requests. */
export async function rowsOf({ name, world }, { engines, runs, seed }) {
  const all = new Map(engines.map((engine) => [engine, []]));
  for (let run = 0; run < runs; run++) {
    // Nothing here waits for anything, and Ctrl-C would be heard at the end.
    await setImmediate();
    const traffic = trafficOf(world, seedOf(seed, name, run));
    for (const engine of engines) all.get(engine).push(await engine(world, traffic));
  }
  return [...all].map(([engine, its]) => summary(name, engine.title, its));
}
