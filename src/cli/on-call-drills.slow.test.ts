import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { readMarkers } from "../kill/markers.ts";
import type { StoreAddress } from "../state/address.ts";
import { drillStores } from "../testing/drill-stores.ts";
import { agentops, binary, cleanEnv, REPO, spawnAgentops } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import { releaseProject, TARGET, underWayFor } from "../testing/release-project.ts";
import { seeded } from "../testing/seeded.ts";
import { withStore } from "../testing/store.ts";

const ROUNDS = Number(process.env["DRILL_ROUNDS"] ?? 60);

/** An agent that says how many of its outcomes are in the store, as often as it knows. */
const AGENT = `
const { AgentOps } = await import(process.env.SDK);
const { store, markers, round } = JSON.parse(process.env.AGENT);
const ops = new AgentOps({ store, markers, env: "production" });
for (let n = 0; ; ) {
  for (let i = 0; i < 40; i++, n++) {
    const { served } = ops.resolve(${JSON.stringify(TARGET)}, { unit: "u" + round + "-" + n });
    if (served !== null) ops.observe({ ...served, success: n % 10 > 0, safe: true, id: round + "~" + n });
  }
  if (n % 200 === 0) ops.flush();
  process.stdout.write(ops.stats().recorded + "\\n");
  await new Promise((done) => setTimeout(done, 5));
}
`;

function startAgent({ location, markers }: StoreAddress, round: number) {
  return execa(process.execPath, ["--input-type=module", "-e", AGENT], {
    env: cleanEnv({
      SDK: pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href,
      AGENT: JSON.stringify({ store: location, markers, round }),
    }),
    extendEnv: false,
    reject: false,
  });
}

const stores = drillStores("drills");
afterAll(() => stores.end());

/** What an operator may do in the middle of all that. */
const ORDERS = [
  ["kill", "agents/x", "--unknown"],
  ["canary", "pause", TARGET],
  ["freeze", "--until", "1h"],
  ["canary", "resume", TARGET],
  ["revive", "agents/x", "--unknown"],
  ["unfreeze"],
  ["canary", "advance", TARGET],
];

describe.each(stores.engines)("on $engine", ({ engine, newStore }) => {
  test("kill -9 of agent, watcher and operator at random moments: nothing acknowledged is lost, nothing is half done", async () => {
    const random = seeded(18);
    const store = await newStore();
    const dir = await releaseProject({ config: underWayFor(3600) });
    const env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers! };
    for (const args of [
      ["promote", `${TARGET}@v1`],
      ["canary", "start", `${TARGET}@v2`, "--unobserved"],
    ]) {
      const { code, stderr } = await binary(dir, args, env);
      expect([code, args[0] === "promote" ? "" : stderr]).toEqual([0, ""]);
    }
    let [acknowledged, stored, killsKept] = [0, 0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const agent = startAgent(store, round);
      const watcher = spawnAgentops(dir, ["canary", "watch", TARGET, "--interval", "50ms"], env);
      const order = [...ORDERS[round % ORDERS.length]!, "--reason", "drill", "--env", "production"];
      const operator = spawnAgentops(dir, order[1] === "advance" ? order.slice(0, 3) : order, env);
      const ends = [agent, watcher, operator].map(async (child) => {
        const ms = random() * 900;
        // While it begins in half of the rounds; how long that takes is the machine's, so in the others once it has begun.
        if (child === agent && round % 2 === 1)
          await Promise.race([new Promise((begun) => agent.stdout.once("data", begun)), agent]);
        await pause(ms);
        child.kill("SIGKILL");
        return child;
      });
      const [agentEnd, , operatorEnd] = await Promise.all(ends);
      const said = Number(agentEnd!.stdout.trim().split("\n").at(-1) ?? 0) || 0;
      await withStore(store, async (open) => {
        const kept = Number(await open.value("SELECT COUNT(*) FROM observations WHERE id LIKE $1", `${round}~%`));
        expect(kept, `round ${round}: acknowledged ${said}`).toBeGreaterThanOrEqual(said);
        acknowledged += said;
        stored += kept;
        expect(await halfDone(open), `round ${round}: ${order.join(" ")}`).toEqual([]);
        if (order[0] === "kill" && operatorEnd!.exitCode === 0) {
          killsKept += 1;
          const rows = await open.column("SELECT target FROM kills");
          expect([...rows, ...readMarkers(store.markers).map(({ target }) => target)]).toContain("agents/x");
        }
      });
    }
    const replay = await agentops(dir, ["canary", "status", TARGET, "--replay", "--json"], env);
    expect([replay.code, JSON.parse(replay.stdout).differences]).toEqual([0, []]);
    expect((await agentops(dir, ["store", "check"], env)).code).toBe(0);
    process.stdout.write(
      `\nkill -9 of agent, watcher and operator on ${engine}, ${ROUNDS} rounds: ${acknowledged} outcomes acknowledged, ${stored} stored, ${killsKept} kills acknowledged and kept\n`,
    );
    expect(acknowledged).toBeGreaterThan(ROUNDS);
  });
});
