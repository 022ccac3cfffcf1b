// What a call costs an agent before each step: resolve and kill check, without a rollout, for units seen before and for new ones, and while
// another process writes observations.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AgentOps } from "../dist/sdk/index.js";
import { inTempFolder, isMain, table, track } from "./measure.js";
import { storeWithCohorts, storeWithRollout, storeWithStable } from "./rollout-store.js";

const MOST_P99_US = 2;
/** Users that come again. */
const SEEN = 5000;
const WARM_UPS = 100_000;
const SDK = new URL("../dist/sdk/index.js", import.meta.url).href;
/** Some 2,000 outcomes a second, written in batches as an agent's process does. */
const WRITER = `
const { AgentOps } = await import(${JSON.stringify(SDK)});
const ops = new AgentOps({ store: process.env.STORE, env: "production" });
for (let n = 0; ; n++) {
  for (let i = 0; i < 20; i++) ops.observe({ target: "prompts/x", version: "v1", unit: "w" + n + "-" + i, success: true });
  if (n === 100) console.log("ready");
  await new Promise((done) => setTimeout(done, 10));
}`;

export async function measureResolve({ n = 200_000 } = {}) {
  return inTempFolder(async (cwd) => {
    const [stable, store] = [join(cwd, "stable", "state.db"), join(cwd, "state.db")];
    await storeWithStable(stable);
    await storeWithRollout(store);
    const cohorts = join(cwd, "cohorts", "state.db");
    await storeWithCohorts(cohorts);
    const seen = (i) => `user-${Math.abs(i) % SEEN}`;
    const rows = [
      row("no rollout", timed(stable, n, seen), 0.2),
      row("a unit seen before", timed(store, n, seen), 0.2),
      row(
        "a new unit",
        timed(store, n, (i) => `unit-${i}`),
        1.2,
      ),
      row("a unit seen before, half of them of a cohort of 10,000 beside one by domain", timed(cohorts, n, seen), 0.3),
    ];
    const writer = track(
      spawn(process.execPath, ["--input-type=module", "-e", WRITER], { env: { ...process.env, STORE: store } }),
    );
    await new Promise((ready, failed) => {
      writer.stdout.once("data", ready);
      writer.once("exit", () => failed(new Error("the writer ended")));
    });
    writer.removeAllListeners("exit");
    const beside = timed(store, n, seen);
    writer.kill("SIGKILL");
    return [...rows, row("a unit seen before, while another process writes 2,000 observations/s", beside, 0.2)];
  });
}

/** Times of one call each, in µs, sorted; what an empty pair of clock readings takes is not taken off. */
function timed(store, n, unitAt) {
  const ops = new AgentOps({ store, env: "production" });
  const times = new Float64Array(n);
  const units = Array.from({ length: n + WARM_UPS }, (_, i) => unitAt(i - WARM_UPS));
  for (let i = -WARM_UPS; i < n; i++) {
    const unit = units[i + WARM_UPS];
    const started = performance.now();
    // It asks for kills as well, as checkpoint() does.
    const { value } = ops.resolve("prompts/x", { unit });
    const ended = performance.now();
    if (value === null) throw new Error("nothing was served");
    if (i >= 0) times[i] = (ended - started) * 1000;
  }
  ops.close();
  return times.sort();
}

function row(what, times, aim) {
  const at = (share) => times[Math.floor(share * times.length)];
  const [p50, p99] = [at(0.5), at(0.99)];
  return {
    what: `resolve() with its kill check, ${what}: p50 (p99 ${p99.toFixed(2)} µs, p99.9 ${at(0.999).toFixed(1)} µs)`,
    result: `${p50.toFixed(2)} µs`,
    aim: `≤ ${aim} µs, p99 ≤ ${MOST_P99_US} µs`,
    met: p50 <= aim && p99 <= MOST_P99_US,
  };
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { n: { type: "string", default: "200000" } } });
  console.log(table(await measureResolve({ n: Number(values.n) })));
}
