// What `stats plan` promises beside what the engine does: of so many runs, how many are decided by the hour that nine of ten should be.
// node bench/plan-grid.js --runs 100 (bench/README.md).
import { parseArgs } from "node:util";
import { planRollout } from "../dist/planning/rollout.js";
import { planOf } from "../dist/rollout/plan.js";
import { drive } from "./scenarios/drive.js";
import { agentops } from "./scenarios/ours.js";
import { seedOf } from "./scenarios/random.js";
import { trafficOf } from "./scenarios/traffic.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    rates: { type: "string", default: "0.8,0.9,0.95,0.98" },
    "per-hour": { type: "string", default: "50,200,1000" },
  },
});
const RUNS = Number(values.runs);

const WAYS = { ramp: {}, "5 %": { steps: [0.05, 1] }, "50/50": { steps: [0.5, 1] } };

/** One cell: the plan's hours, and the shares of runs that were decided by them. */
async function cellOf({ rate, perHour, way, drop }) {
  const settings = { ...WAYS[way], deadline: "365d", guardrails: { latency: false, cost: false, safety: false } };
  const priors = { seen: ["success"], success: rate, successes: { n: 1e6, good: rate * 1e6 } };
  const plan = planOf(settings, priors);
  const found = planRollout(
    {
      ...{ baseline: rate, mde: 0.05, margin: 0.03, alpha: 0.05, guardrails: 1, alarmShare: plan.alarm.guardrails.success },
      ...{ steps: plan.steps, perHour, stepHours: 1, stepObservations: 50, trafficHours: 24, settleHours: 0, deadlineHours: 8760 },
    },
    null,
  ); // prettier-ignore
  const promised = drop > 0 ? found.harmful : found.harmless;
  const hours = promised.p90.hours * 1.6 + 30;
  const world = { rates: { control: rate, candidate: rate - drop }, perHour, hours, harmHours: 0, settings, priors };
  const ends = [];
  for (let run = 0; run < RUNS; run++)
    ends.push(await drive(agentops(world), world, trafficOf(world, seedOf(values.seed, `${rate} ${perHour} ${way} ${drop}`, run)))); // prettier-ignore
  const decided = drop > 0 ? "rolled-back" : "promoted";
  // A promotion is one step's hour after the proof.
  const after = drop > 0 ? 0 : 1;
  const by = (limit) => ends.filter((end) => end.verdict === decided && end.hours - after <= limit + 0.1).length;
  const mean = ends.filter(({ verdict }) => verdict === decided).reduce((sum, end, _, all) => sum + (end.hours - after) / all.length, 0); // prettier-ignore
  return { expected: promised.expected.hours, mean, p90: promised.p90.hours, by: by(promised.p90.hours) / RUNS };
}

const HEAD = ["rate", "per hour", "way", "candidate", "expected, h", "mean, h", "nine of ten by, h", "were"];
console.log(`| ${HEAD.join(" | ")} |\n|${HEAD.map(() => " ---: |").join("")}`);
for (const rate of values.rates.split(",").map(Number))
  for (const perHour of values["per-hour"].split(",").map(Number))
    for (const way of Object.keys(WAYS))
      for (const drop of [0.05, 0]) {
        const { expected, mean, p90, by } = await cellOf({ rate, perHour, way, drop });
        const cells = [rate, perHour, way, drop > 0 ? "−5 points" : "equal", expected.toFixed(1), mean.toFixed(1), p90.toFixed(1), `${(100 * by).toFixed(0)} %`]; // prettier-ignore
        console.log(`| ${cells.join(" | ")} |`);
      }
