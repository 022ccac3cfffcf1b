import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { keepReserve } from "../../../kill/markers.ts";
import { locked } from "../../../kill/history.testing.ts";
import { addressOf, fileAddress, type StoreAddress } from "../../../state/address.ts";
import { ALL_CASES, ENGINE, few, newDatabase } from "../../../testing/engine.ts";
import { cleanEnv, REPO, tempProject } from "../../../testing/project.ts";
import { promoted } from "../../../testing/rollout.ts";
import { withStore } from "../../../testing/store.ts";
import { breakable, canMount, damage, fill, makeNewer, makeReadOnly, makeWritable, mountSmall, NOBODY, openToAll } from "../../../testing/trouble.ts"; // prettier-ignore

/** An agent's process: serves, observes and says so when it is asked; at the end it says what became of what it observed. */
const AGENT = `
const { AgentOps } = await import(process.env.SDK);
const ops = new AgentOps(JSON.parse(process.env.OPTIONS));
let observed = 0;
const asked = {
  serve: () => {
    const { version, reason, served } = ops.resolve("prompts/x", { unit: "u" });
    if (version !== null) for (let i = 0; i < 20; i++, observed++) ops.observe({ ...served, success: true });
    return { version, reason };
  },
  ask: () => ({ killed: ops.killSwitch("prompts/x").killed, reason: ops.resolve("prompts/x", { unit: "u" }).reason }),
  flush: () => ({ flushed: ops.flush(), observed, ...ops.stats() }),
};
const { createInterface } = await import("node:readline");
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(asked[line]()));
ops.close();
`;

/** Of the main thread and of the store's. */
const HOUR_BACK = `const R=Date;globalThis.Date=class extends R{constructor(...a){if(a.length)super(...a);else super(R.now()-3600000)}static now(){return R.now()-3600000}};`;
const BACK = `--import=data:text/javascript,${encodeURIComponent(HOUR_BACK)}`;

const cleanups: (() => void)[] = [];
const table: string[][] = [["the store", "served meanwhile", "kill", "then", "observed", "in the store"]];
afterAll(() => {
  for (const clean of cleanups.splice(0)) clean();
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const text = table.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
  process.stdout.write(`\nan agent while something is wrong (${ENGINE})\n${text.join("\n")}\n`);
});

interface Place {
  dir: string;
  store: StoreAddress;
}

interface State {
  name: string;
  /** Brings it about; gives what ends it, where it can be ended. */
  begin: (place: Place) => Promise<() => unknown>;
  /** Where it is about the disk of the store's folder, before there is a store. */
  disk?: (folder: string) => void;
  /** How the agent reaches the store, where not as everybody. */
  by?: (store: StoreAddress) => Promise<StoreAddress>;
  env?: NodeJS.ProcessEnv;
  uid?: number | undefined;
  /** What is served while it lasts. */
  serves: { version: string | null; reason: string };
  /** Whether the marker and the store take the kill while it lasts. */
  takes: { marker: boolean; store: boolean };
  /** Nothing brings the store back, and the agent says how many were lost. */
  isForGood?: true;
}

const WELL = { serves: { version: "v1", reason: "STATIC" }, takes: { marker: true, store: true } };
const nothing = () => Promise.resolve(() => undefined);
let way: { cut: () => void } | undefined;

const STATES: (State & { when?: boolean })[] = [
  { name: "all is well", ...WELL, begin: nothing },
  { name: "clock set back an hour", ...WELL, begin: nothing, env: { NODE_OPTIONS: BACK } },
  { name: "write lock held", ...WELL, takes: { marker: true, store: false }, begin: ({ store }) => locked(store) },
  {
    ...{ name: "read-only", ...WELL, takes: { marker: true, store: false } },
    uid: ENGINE === "sqlite" ? NOBODY : undefined,
    begin: async ({ store }) => (await makeReadOnly(store), () => makeWritable(store)),
  },
  { name: "newer schema", ...WELL, takes: { marker: true, store: false }, begin: async ({ store }) => (await makeNewer(store), () => undefined) }, // prettier-ignore
  {
    ...{ name: "gone (moved away)", when: ENGINE === "sqlite", ...WELL, serves: { version: "v1", reason: "STALE" } },
    begin({ store }) {
      const ends = ["", "-wal", "-shm"];
      const move = (from: string, to: string) => {
        for (const end of ends)
          if (existsSync(`${store.location}${from}${end}`))
            renameSync(`${store.location}${from}${end}`, `${store.location}${to}${end}`);
      };
      move("", ".away");
      return Promise.resolve(() => {
        // Whoever killed meanwhile made a new one, and the agent may have written into it.
        move("", ".made");
        move(".away", "");
      });
    },
  },
  { name: "damaged", when: ENGINE === "sqlite", ...WELL, serves: { version: "v1", reason: "STALE" }, takes: { marker: true, store: false }, begin: ({ store }) => Promise.resolve((damage(store), () => undefined)), isForGood: true }, // prettier-ignore
  {
    ...{ name: "disk full", when: ENGINE === "sqlite" && ALL_CASES && canMount(), ...WELL },
    takes: { marker: true, store: false },
    disk: (folder) => cleanups.push(mountSmall(folder, "4m")),
    begin({ dir }) {
      const ballast = join(dir, ".agentops", "ballast");
      fill(ballast);
      return Promise.resolve(() => rmSync(ballast));
    },
  },
  {
    ...{
      name: "out of the agent's reach",
      when: ENGINE === "postgres",
      ...WELL,
      serves: { version: "v1", reason: "STALE" },
    },
    isForGood: true,
    by: async (store) => {
      const made = await breakable(store);
      way = made;
      return made.store;
    },
    begin: () => Promise.resolve((way?.cut(), () => undefined)),
  },
];

const SDK = pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href;

/** Starts the agent; each question is a line. */
function startAgent(store: StoreAddress, { env, uid }: State) {
  const { location, markers } = store;
  const options = { store: location, ...(markers !== null && { markers }), env: "production" };
  const child = execa(process.execPath, ["--input-type=module", "-e", AGENT], {
    ...{ cwd: "/", extendEnv: false, reject: false, timeout: 60_000 },
    env: cleanEnv({ SDK, OPTIONS: JSON.stringify(options), ...env }),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  cleanups.push(() => void child.kill("SIGKILL"));
  return {
    async ask<T>(what: "serve" | "ask" | "flush"): Promise<T> {
      child.stdin.write(`${what}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error((await child).stderr);
      return JSON.parse(value) as T;
    },
    async end(): Promise<string> {
      child.stdin.end();
      return (await child).stderr;
    },
  };
}

async function place({ disk, uid }: State): Promise<Place> {
  const dir = tempProject();
  mkdirSync(join(dir, ".agentops"));
  disk?.(join(dir, ".agentops"));
  const file = fileAddress(join(dir, ".agentops", "state.db"));
  const store = ENGINE === "sqlite" ? file : addressOf(await newDatabase(), file.markers);
  mkdirSync(store.markers!, { recursive: true });
  keepReserve(store.markers);
  await withStore(store, (open) => promoted(open, { version: "v1" }));
  if (uid !== undefined) openToAll(store);
  return { dir, store };
}

async function killBy({ dir, store }: Place, uid: number | undefined) {
  const args = [join(REPO, "bin", "agentops.js"), "kill", "prompts/x", "-m", "drill", "--env", "production", "--json"];
  const ran = await execa(process.execPath, args, {
    ...{ cwd: dir, extendEnv: false, reject: false, stdin: "ignore" },
    env: cleanEnv(ENGINE === "postgres" ? { AGENTOPS_STORE: store.location } : {}),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  expect(ran.exitCode, ran.stderr).toBe(0);
  const { paths } = JSON.parse(ran.stdout) as { paths: Record<"marker" | "store", { took: boolean }> };
  return { marker: paths.marker.took, store: paths.store.took };
}

test.each(
  few(
    STATES.filter(({ when }) => when !== false),
    2,
  ),
)("what an agent serves, what kill does and what is lost: $name", { timeout: 60_000 }, async (state) => {
  const here = await place(state);
  const agent = startAgent((await state.by?.(here.store)) ?? here.store, state);
  expect(await agent.ask("serve")).toEqual({ version: "v1", reason: "STATIC" });
  await expect.poll(() => agent.ask<{ flushed: boolean }>("flush"), { timeout: 5000 }).toMatchObject({ flushed: true, recorded: 20 }); // prettier-ignore
  const heal = await state.begin(here);
  await new Promise((done) => setTimeout(done, 400));
  const meanwhile = await agent.ask<State["serves"]>("serve");
  const takes = await killBy(here, state.uid);
  await expect.poll(() => agent.ask("ask"), { timeout: 5000 }).toEqual({ killed: true, reason: "DISABLED" });
  await heal();
  const settled =
    state.isForGood === true ? { observed: 40, recorded: 20, queued: 20 } : { observed: 40, recorded: 40 };
  await expect.poll(() => agent.ask("flush"), { timeout: 15_000, interval: 300 }).toMatchObject({ ...settled, dropped: 0, invalid: 0 }); // prettier-ignore
  expect(await agent.ask("ask")).toMatchObject({ killed: true });
  const lastWords = await agent.end();
  const stored = state.isForGood === true ? 20 : 40;
  const countIn = async (address: StoreAddress) =>
    Number(await withStore(address, (open) => open.value("SELECT COUNT(*) FROM observations")));
  const made = `${here.store.location}.made`;
  const count = async () => (await countIn(here.store)) + (existsSync(made) ? await countIn(fileAddress(made)) : 0);
  if (!/newer|damaged/.test(state.name)) expect(await count()).toBe(stored);
  table.push([state.name, `${meanwhile.version ?? "nothing"} (${meanwhile.reason})`, Object.entries(takes).filter(([, took]) => took).map(([path]) => path).join(" and "), "nothing (DISABLED)", "40", stored === 40 ? "40" : "20, and the agent says that 20 were lost"]); // prettier-ignore
  expect({ serves: meanwhile, takes }).toEqual({ serves: state.serves, takes: state.takes });
  if (state.isForGood === true) expect(lastWords).toContain("observations were lost (20)");
  else expect(lastWords).not.toContain("lost");
});
