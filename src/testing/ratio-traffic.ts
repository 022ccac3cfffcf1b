import { addBatch, type CanaryProcess, emptyProcess, logE } from "../stats/sequential/canary-engine.ts";
import { binOf, candidateScore, controlScore, multipleOf, ratioPoint, type RatioPoint, ratioSettings } from "../stats/sequential/ratio.ts"; // prettier-ignore
import type { RatioBatch, RatioBin } from "../stats/sequential/ratio-bounds.ts";
import { seeded } from "./seeded.ts";

export type Draw = (random: () => number) => number;

export interface RatioTraffic {
  of: RatioPoint["of"];
  control: Draw;
  candidate: Draw;
  seed: number;
  /** Units until each weight ends. */
  weights?: readonly (readonly [units: number, weight: number])[];
  /** Values of the control before it begins. */
  history?: number;
  most: number;
  limit?: number;
}

export interface RatioRun {
  /** Units of both arms until harm, and until it was shown to be within the limit; null: never. */
  harm: number | null;
  safe: number | null;
  batches: RatioBatch[];
  settings: { harm: CanaryProcess["settings"]; safe: CanaryProcess["settings"] };
}

/** Lognormal, its median at that scale. */
export function lognormal(sigma: number, scale = 1): Draw {
  return (random) => scale * Math.exp(sigma * normal(random));
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** 1/α of a guardrail beside success and one other; and of "within the limit". */
const [HARM_AT, SAFE_AT] = [100, 20];
const FIRST = 400;
const NEWEST = 10_000;

/**
 * Units of both arms one after the other, each with one value, as the engine counts them: looks of 1 %, a point of 400 values that is made anew
 * once as many came since, from the newest 10,000.
 */
export function ratioRun(traffic: RatioTraffic): RatioRun {
  const { of, control, candidate, seed, weights = [[Infinity, 0.5]], history = 0, most, limit = 1.2 } = traffic;
  const random = seeded(seed);
  const known = Array.from({ length: history }, () => control(random));
  let point = known.length >= FIRST ? ratioPoint(of, known) : null;
  let [made, since] = [known.length, 0];
  const own: number[] = [];
  const settings = ratioSettings(point ?? { of, mean: 0.95 });
  let processes: { harm: CanaryProcess; safe: CanaryProcess } | null = null;
  const run: RatioRun = { harm: null, safe: null, batches: [], settings };
  const begin = (at: RatioPoint) => {
    run.settings = ratioSettings(at);
    processes = { harm: emptyProcess(run.settings.harm), safe: emptyProcess(run.settings.safe) };
  };
  if (point !== null) begin(point);
  let open = openBatch(weightAt(weights, 0));
  for (let n = 1; n <= most && run.harm === null; n++) {
    const isCandidate = random() < open.weight;
    const value = isCandidate ? candidate(random) : control(random);
    if (!isCandidate) own.push(value);
    if (point !== null) add(open, point, { value, isCandidate, limit });
    const next = weightAt(weights, n);
    if ((open.control.n + open.candidate.n < Math.max(1, 0.01 * n) || processes === null) && next === open.weight && point !== null) continue; // prettier-ignore
    if (point === null) {
      if (own.length >= FIRST) begin((point = ratioPoint(of, own)));
      [made, since] = [own.length, own.length];
    } else if (processes !== null) {
      const batch = { ...open, bins: [...open.bins.values()] };
      run.batches.push(batch);
      const { harm, safe }: { harm: CanaryProcess; safe: CanaryProcess } = processes;
      processes = { harm: addBatch(harm, batch), safe: addBatch(safe, batch) };
      if (logE(processes.harm) >= Math.log(HARM_AT)) run.harm = n;
      if (run.safe === null && logE(processes.safe) >= Math.log(SAFE_AT)) run.safe = n;
      if (own.length - since >= Math.max(made, FIRST)) {
        const values = own.slice(-NEWEST);
        point = ratioPoint(of, values);
        [made, since] = [values.length, own.length];
      }
    }
    open = openBatch(next);
  }
  return run;
}

function weightAt(weights: NonNullable<RatioTraffic["weights"]>, n: number): number {
  let end = 0;
  for (const [units, weight] of weights) if (n < (end += units)) return weight;
  return weights.at(-1)?.[1] ?? 0.5;
}

function openBatch(weight: number) {
  const none = () => ({ n: 0, sum: 0, squares: 0 });
  return { weight, control: none(), candidate: none(), bins: new Map<number, RatioBin>() };
}

function add(
  open: ReturnType<typeof openBatch>,
  point: RatioPoint,
  { value, isCandidate, limit }: { value: number; isCandidate: boolean; limit: number },
): void {
  const score = isCandidate ? candidateScore(point, value, limit) : controlScore(point, value);
  const arm = isCandidate ? open.candidate : open.control;
  arm.n += 1;
  arm.sum += score;
  arm.squares += score ** 2;
  if (!isCandidate) return;
  const multiple = multipleOf(point, value, limit);
  const bin = binOf(multiple);
  const its = open.bins.get(bin) ?? { bin, n: 0, sum: 0, squares: 0 };
  open.bins.set(bin, { bin, n: its.n + 1, sum: its.sum + multiple, squares: its.squares + multiple ** 2 });
}
