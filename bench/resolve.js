// What a call costs an agent before each step: resolve and kill check, alone and while another process writes observations.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AgentOps } from "../dist/sdk/index.js";
import { inTempFolder, isMain, table, track } from "./measure.js";
import { storeWithRollout } from "./rollout-store.js";

const AIM_US = 5;
const WARM_UPS = 20_000;
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
    const store = join(cwd, "state.db");
    await storeWithRollout(store);
    const alone = timed(store, n);
    const writer = track(
      spawn(process.execPath, ["--input-type=module", "-e", WRITER], { env: { ...process.env, STORE: store } }),
    );
    await new Promise((ready, failed) => {
      writer.stdout.once("data", ready);
      writer.once("exit", () => failed(new Error("the writer ended")));
    });
    writer.removeAllListeners("exit");
    const beside = timed(store, n);
    writer.kill("SIGKILL");
    return [
      row("resolve() with its kill check, rollout under way", alone),
      row("the same while another process writes 2,000 observations/s", beside),
    ];
  });
}

/** Times of one call each, in µs, sorted. */
function timed(store, n) {
  const ops = new AgentOps({ store, env: "production" });
  const times = new Float64Array(n);
  const units = Array.from({ length: 5000 }, (_, i) => `user-${i}`);
  for (let i = -WARM_UPS; i < n; i++) {
    const started = performance.now();
    // It asks for kills as well, as checkpoint() does.
    const { value } = ops.resolve("prompts/x", { unit: units[Math.abs(i) % units.length] });
    const ended = performance.now();
    if (value === null) throw new Error("nothing was served");
    if (i >= 0) times[i] = (ended - started) * 1000;
  }
  ops.close();
  return times.sort();
}

function row(what, times) {
  const at = (share) => times[Math.floor(share * times.length)];
  return {
    what: `${what}: p50 (p99 ${at(0.99).toFixed(1)} µs, p99.9 ${at(0.999).toFixed(0)} µs)`,
    result: `${at(0.5).toFixed(1)} µs`,
    aim: `≤ ${AIM_US} µs`,
    met: at(0.5) <= AIM_US,
  };
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { n: { type: "string", default: "200000" } } });
  console.log(table(await measureResolve({ n: Number(values.n) })));
}
