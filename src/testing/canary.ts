import type { CanaryBatch } from "../stats/sequential/canary-batch.ts";
import { addBatch, type CanaryProcess, emptyProcess, type ProcessSettings } from "../stats/sequential/canary-engine.ts";

/** A simulated canary: what holds for the arrival with that number. */
export interface World {
  weight: (arrival: number) => number;
  control: (arrival: number) => number;
  candidate: (arrival: number) => number;
  /** Requests of a unit that are averaged into one outcome; 1 gives 0 or 1. */
  requests?: number;
}

/** Where a process first reached its threshold; null where it never did. */
export interface Crossing {
  arrivals: number;
  candidate: number;
}

/** Arrivals between two looks; the weight stays the same in between. */
const LOOK = 50;

/** Runs processes side by side on the same arrivals, with a look every 50, until `arrivals` or until `stop` crossed. */
export function simulate(
  world: World,
  processes: readonly { settings: ProcessSettings; threshold: number }[],
  { arrivals, random }: { arrivals: number; random: () => number },
): (Crossing | null)[] {
  let states: CanaryProcess[] = processes.map(({ settings }) => emptyProcess(settings));
  const crossings: (Crossing | null)[] = processes.map(() => null);
  for (let seen = 0; seen < arrivals && crossings.includes(null); seen += LOOK) {
    const batch = draw(world, seen, random);
    states = states.map((state) => addBatch(state, batch));
    for (const [i, state] of states.entries()) {
      if (crossings[i] !== null || state.peak < Math.log((processes[i] as { threshold: number }).threshold)) continue;
      crossings[i] = { arrivals: seen + LOOK, candidate: state.candidate.n };
    }
  }
  return crossings;
}

function draw({ weight, control, candidate, requests = 1 }: World, from: number, random: () => number): CanaryBatch {
  const share = weight(from);
  const arms = { control: { n: 0, sum: 0, squares: 0 }, candidate: { n: 0, sum: 0, squares: 0 } };
  for (let i = from; i < from + LOOK; i++) {
    const isCandidate = random() < share;
    const rate = isCandidate ? candidate(i) : control(i);
    let good = 0;
    for (let r = 0; r < requests; r++) if (random() < rate) good += 1;
    const arm = isCandidate ? arms.candidate : arms.control;
    const outcome = good / requests;
    arm.n += 1;
    arm.sum += outcome;
    arm.squares += outcome * outcome;
  }
  return { weight: share, ...arms };
}

/** Quantile of values by rank; Infinity for those that never came. @param values at least one */
export function ranked(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
}
