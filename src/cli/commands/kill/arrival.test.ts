import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { addressOf, fileAddress, type StoreAddress } from "../../../state/address.ts";
import { ENGINE, newDatabase } from "../../../testing/engine.ts";
import { agentops, tempProject } from "../../../testing/project.ts";
import { openTestStore, type TestStore, withStore } from "../../../testing/store.ts";
import { startVictim, type Victim } from "../../../testing/victim.ts";

const victims: Victim[] = [];
afterEach(() => {
  for (const victim of victims.splice(0)) victim.end();
});

async function scene(files: Record<string, string> = {}) {
  const dir = tempProject(files);
  mkdirSync(join(dir, ".agentops"));
  const file = fileAddress(join(dir, ".agentops", "state.db"));
  const store: StoreAddress = ENGINE === "sqlite" ? file : addressOf(await newDatabase(), file.markers);
  if (ENGINE === "sqlite") await withStore(store, () => Promise.resolve());
  const env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers! };
  return { dir, store, run: (...args: string[]) => agentops(dir, args, env) };
}

async function agent({ location, markers }: StoreAddress, env = "production"): Promise<Victim> {
  const victim = await startVictim({ store: location, markers: markers!, env, name: "agents/refund-desk" });
  victims.push(victim);
  return victim;
}

/** Until so many processes have shown themselves. */
async function shown(store: TestStore, n: number): Promise<void> {
  await expect.poll(() => store.value("SELECT COUNT(*) FROM processes").then(Number), { timeout: 8000 }).toBe(n);
}

test("kill --wait says how many saw it, who did not, and who is silent", async () => {
  const { store: address, run } = await scene();
  const store = await openTestStore({ address });
  const nobody = await run("kill", "agents/early", "--unknown", "-m", "r", "--wait", "1s");
  expect([nobody.code, nobody.stdout]).toEqual([
    0,
    expect.stringContaining("no process of an agent has shown itself in the last minute"),
  ]);
  await Promise.all([agent(address), agent(address), agent(address, "staging")]);
  await shown(store, 3);
  const all = await run("kill", "agents/other", "--unknown", "-m", "r", "--wait", "5s", "--json");
  expect([all.code, JSON.parse(all.stdout).arrival]).toMatchObject([
    0,
    { processes: 2, saw: 2, missing: [], silent: [], problem: null },
  ]);
  expect(JSON.parse(all.stdout).arrival.withinMs).toBeLessThan(5000);
  // One that hangs, and one that was ended without a word two minutes ago.
  const insert = `INSERT INTO processes VALUES ($1, 'production', 'web-1', $2, '2026-11-01T00:00:00.000Z', $3, 0, '["agents/refund-desk@v6"]')`;
  await store.rows(insert, "hung", 9000001, new Date().toISOString());
  await store.rows(insert, "gone", 9000002, new Date(Date.now() - 120_000).toISOString());
  const some = await run("kill", "agents/third", "--unknown", "-m", "r", "--wait", "2s");
  expect([some.code, some.stdout]).toEqual([
    4,
    expect.stringMatching(
      /\n2 of 3 processes saw it in \d+ ms; 1 silent: process 9000002 on web-1 since \d\d:\d\d UTC\n {2}did not see it: process 9000001 on web-1\n/,
    ),
  ]);
  const seen = JSON.parse((await run("status", "--env", "production", "--json")).stdout).environments[0].processes;
  expect(
    seen.map((one: { pid: number; state: string }) => [one.pid < 9000000 ? "victim" : one.pid, one.state]).sort(),
  ).toEqual([
    [9000001, "behind"],
    [9000002, "silent"],
    ["victim", "current"],
    ["victim", "current"],
  ]);
  expect((await run("status", "--env", "production")).stdout).toMatch(
    /\n {2}3 processes of agents, 1 behind the last change, 1 silent\n {4}9000002 on web-1 {2}silent since \d\d:\d\d {2}agents\/refund-desk@v6\n {4}9000001 on web-1 {2}behind {2}agents\/refund-desk@v6\n/,
  );
});

test("one that was killed or crashed on this host is known to have ended, and nobody waits for it", async () => {
  const { store: address, run } = await scene();
  const store = await openTestStore({ address });
  const [victim] = await Promise.all([agent(address), agent(address)]);
  await shown(store, 2);
  victim.end();
  await expect
    .poll(
      async () =>
        JSON.parse((await run("status", "--json", "--env", "production")).stdout).environments[0].processes.filter(
          (one: { state: string }) => one.state === "ended",
        ).length,
    )
    .toBe(1);
  const done = await run("kill", "agents/other", "--unknown", "-m", "r", "--wait", "5s");
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringMatching(/\n1 of 1 process saw it in \d+ ms; 1 ended without saying so\n/),
  ]);
});

test("a process that ends says so, by close or by itself", async () => {
  const { store: address, run } = await scene();
  const store = await openTestStore({ address });
  const victim = await agent(address);
  await shown(store, 1);
  await run("kill", "agents/refund-desk", "--unknown", "-m", "r");
  await victim.stopped();
  await shown(store, 0);
});

test("--wait where nobody can be asked is exit 4, and the kill is made all the same", async () => {
  const dir = tempProject();
  mkdirSync(join(dir, ".agentops", "state.db"), { recursive: true });
  const done = await agentops(dir, ["kill", "agents/x", "-m", "r", "--wait", "100ms"]);
  expect([done.code, done.stdout]).toEqual([
    4,
    expect.stringMatching(/killed agents\/x[^]*\nnot known who saw it: the store cannot be asked: /),
  ]);
  expect((await agentops(dir, ["kill", "agents/x", "-m", "r", "--wait", "soon"])).code).toBe(2);
});

test("killing a prompt names the agents that read it, from files and from what is served, and --with-readers kills them too", async () => {
  const { store: address, run } = await scene({
    "agents/refund-desk.agent.yml": "name: refund-desk\nprompt: 'refunds' # the polite one\n",
    "agents/other.agent.yml": "name: other\nprompt: refunds-2\n",
    "prompts/refunds.prompt.yml": "name: refunds\n",
  });
  const store = await openTestStore({ address });
  const at = new Date().toISOString();
  await store.rows(
    `INSERT INTO "auditEvents" (id, at, "recordedAt", actor, action, environment, target, reason) VALUES (900, $1, $2, 'ada', 'promote', 'production', 'agents/served', 'r')`,
    at,
    at,
  );
  await store.rows(
    `INSERT INTO releases VALUES ('agents/served', 'v1', 'd', '{"name":"served","prompt":"refunds","promptContent":{}}', 'c', 'ada', $1, $2)`,
    at,
    at,
  );
  await store.rows(
    `INSERT INTO stables (environment, target, version, how, at, actor, reason, "auditEvent") VALUES ('production', 'agents/served', 'v1', 'promote', $1, 'ada', 'r', 900)`,
    at,
  );
  const prompt = await run("kill", "prompts/refunds", "-m", "r", "--env", "production");
  expect([prompt.code, prompt.stdout]).toEqual([
    0,
    expect.stringContaining("\nagents/refund-desk, agents/served read it and go on: --with-readers kills them too\n"),
  ]);
  const both = JSON.parse(
    (await run("kill", "prompts/refunds", "-m", "r", "--with-readers", "--env", "production", "--json")).stdout,
  );
  expect(both.targets.map(({ target, changed }: { target: string; changed: boolean }) => [target, changed])).toEqual([
    ["prompts/refunds", false],
    ["agents/refund-desk", true],
    ["agents/served", true],
  ]);
  expect(both.readers).toBeUndefined();
});
