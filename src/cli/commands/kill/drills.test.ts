import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { keepReserve } from "../../../kill/markers.ts";
import { locked } from "../../../kill/history.testing.ts";
import { addressOf, fileAddress, type StoreAddress } from "../../../state/address.ts";
import { ALL_CASES, ENGINE, newDatabase } from "../../../testing/engine.ts";
import { agentops, cleanEnv, git, put, REPO, tempProject } from "../../../testing/project.ts";
import {
  breakable,
  canMount,
  damage,
  fill,
  lockOut,
  makeNewer,
  makeReadOnly,
  mountSmall,
  NOBODY,
} from "../../../testing/trouble.ts";
import { startVictim } from "../../../testing/victim.ts";
import { openTestStore, withStore } from "../../../testing/store.ts";

const BIN = join(REPO, "bin", "agentops.js");
const AGENT = "agents/refund-desk";
const KILL = ["kill", AGENT, "--reason", "refunds twice", "--actor", "ada", "--json"];

const cleanups: (() => void)[] = [];
const times: string[] = [];
afterAll(() => {
  for (const clean of cleanups.splice(0)) clean();
  process.stdout.write(`\nfrom the kill command's start to the victim's stop\n${times.join("\n")}\n`);
});

/** A project, its store, and what names it to commands. */
interface Scene {
  dir: string;
  store: StoreAddress;
  env: NodeJS.ProcessEnv;
}

async function projectWithStore(files: Record<string, string> = {}): Promise<Scene> {
  const scene = await project(files);
  mkdirSync(join(scene.dir, ".agentops"));
  await withStore(scene.store, () => Promise.resolve());
  return scene;
}

/** Where the store is a file, it is not there yet. */
async function project(files: Record<string, string> = {}): Promise<Scene> {
  const dir = tempProject(files);
  const file = fileAddress(join(dir, ".agentops", "state.db"));
  if (ENGINE === "sqlite") return { dir, store: file, env: {} };
  const store = addressOf(await newDatabase(), file.markers);
  return { dir, store, env: { AGENTOPS_STORE: store.location } };
}

const named = ({ location, markers }: StoreAddress) => ({ store: location, ...(markers !== null && { markers }) });

/** Runs kill as a person would, in one of the conditions, and reports when the victim stopped. */
async function drill(
  name: string,
  { dir, store, env }: Scene,
  { uid, limited, meanwhile }: { uid?: number | undefined; limited?: boolean; meanwhile?: () => void } = {},
) {
  const victim = await startVictim({ ...named(store), env: "production", uid });
  cleanups.push(() => victim.end());
  meanwhile?.();
  const startedMs = Date.now();
  const [file, args] = limited === true ? ["bash", ["-c", LIMITED]] : [process.execPath, [BIN, ...KILL]];
  const ran = await execa(file, args, {
    cwd: dir,
    env: cleanEnv(env),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const doneMs = Date.now();
  const stopped = await victim.stopped();
  times.push(`  ${name.padEnd(58)} ${stopped.atMs - startedMs} ms (command ended after ${doneMs - startedMs} ms)`);
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(stopped.code).toBe("AGENT_KILLED");
  return { document: JSON.parse(ran.stdout), stderr: ran.stderr, stopped };
}

/** The pipe to cat: a limited process may not print into a file either. */
const LIMITED = `set -o pipefail; (ulimit -f 0; exec "${process.execPath}" "${BIN}" ${KILL.map((a) => `'${a}'`).join(" ")}) | cat`;

const onFiles = test.runIf(ENGINE === "sqlite");
const onServer = test.runIf(ENGINE === "postgres");
/** What has nothing to do with the store is drilled on a file; each is two processes. */
const elsewhere = test.runIf(ALL_CASES);
const PATHS = { marker: { took: true, problem: null }, store: { took: true, problem: null } };

describe("a victim process stops", () => {
  test("when all is well, and learns who and why", async () => {
    const { document, stopped } = await drill("all is well", await projectWithStore());
    expect(document.paths).toEqual(PATHS);
    expect(stopped.details).toMatchObject({ name: AGENT, by: "ada", reason: "refunds twice" });
  });
  elsewhere("when there is no store and no marker folder yet", async () => {
    const { document } = await drill("no store yet", await project());
    expect(document.paths.store.took).toBe(true);
  });
  elsewhere.each([
    ["a config that is no YAML", "project: [\n  : }{"],
    ["a config with a conflict of git in it", "project: x\n<<<<<<< HEAD\nenvironments: [a, production]\n=======\n"],
    ["a config that is binary", "\u0000\u0001\u0002"],
  ])("with %s: every environment", async (name, text) => {
    const { document, stderr } = await drill(name, await projectWithStore({ "agentops.config.yaml": text }));
    expect(document.environment).toBe("*");
    expect(stderr).toContain("agentops.config.yaml cannot be read, so this is for every environment");
  });
  elsewhere("without a config: every environment", async () => {
    const scene = await projectWithStore();
    rmSync(join(scene.dir, "agentops.config.yaml"));
    const { document } = await drill("no config", scene);
    expect(document.environment).toBe("*");
  });
  elsewhere("in a git repository that is damaged", async () => {
    const scene = await projectWithStore();
    await git(scene.dir, "init", "-q");
    put(scene.dir, ".git/HEAD", "garbage");
    rmSync(join(scene.dir, ".git", "objects"), { recursive: true });
    await drill("a damaged git repository", scene);
  });
  onFiles("with a store that is damaged before the victim starts", async () => {
    const scene = await projectWithStore();
    damage(scene.store);
    const { document } = await drill("a damaged store", scene);
    expect(document.paths.store).toEqual({ took: false, problem: "the store's file is damaged [SQLITE_NOTADB]" });
  });
  test("with a write lock held", async () => {
    const scene = await projectWithStore();
    const letGo = await locked(scene.store);
    const { document } = await drill("a write lock held by another", scene);
    expect(document.paths.store.problem).toMatch(
      ENGINE === "sqlite"
        ? /holds the store's write lock \(waited 2 s\)/
        : /somebody else holds it for too long \[55P03\]/,
    );
    await letGo();
    const seen = await agentops(scene.dir, ["status", "--json"], scene.env);
    expect(seen.code).toBe(5);
    const [event, ...more] = await withStore(scene.store, (open) => open.rows(`SELECT * FROM "auditEvents"`));
    expect(more).toEqual([]);
    expect(event).toMatchObject({ action: "kill", target: AGENT, actor: "ada", reason: "refunds twice" });
    expect(String(event!["recordedAt"]) > String(event!["at"])).toBe(true);
  });
  onFiles("with a lock that keeps even readers out", async () => {
    const scene = await projectWithStore();
    cleanups.push(lockOut(scene.store));
    await drill("locking_mode = EXCLUSIVE held", scene);
  });
  test("with a store that a newer agentops wrote", async () => {
    const scene = await projectWithStore();
    await makeNewer(scene.store);
    const { document } = await drill("a newer schema", scene);
    expect(document.paths.store.problem).toContain("the store has schema 99");
  });
  elsewhere("when a file is where the markers should be: the store does it", async () => {
    const scene = await projectWithStore();
    rmSync(scene.store.markers!, { recursive: true, force: true });
    writeFileSync(scene.store.markers!, "");
    const { document } = await drill("no markers possible", scene);
    expect(document.paths).toMatchObject({ marker: { took: false }, store: { took: true } });
  });
  elsewhere("with files limited to no bytes (ulimit -f 0)", async () => {
    const { document } = await drill("ulimit -f 0", await projectWithStore(), { limited: true });
    expect(document.paths.store.took).toBe(ENGINE === "postgres");
  });
  test.runIf(ALL_CASES && canMount())("on a full disk", async () => {
    const scene = await project();
    mkdirSync(join(scene.dir, ".agentops"));
    cleanups.push(mountSmall(join(scene.dir, ".agentops")));
    mkdirSync(scene.store.markers!);
    keepReserve(scene.store.markers);
    await withStore(scene.store, () => Promise.resolve());
    fill(join(scene.dir, ".agentops", "ballast"));
    const { document, stopped } = await drill("a full disk (tmpfs)", scene);
    expect(stopped.details).toMatchObject({ by: expect.stringMatching(/^(ada|unknown)$/) });
    // Once the reserve was taken, who and why stand in the marker; an agent may have looked just before.
    const seen = await agentops(scene.dir, ["status", "--json"], { ...scene.env });
    expect(JSON.parse(seen.stdout).environments.flatMap((one: { killed: object[] }) => one.killed)).toMatchObject([
      { target: AGENT, actor: "ada", reason: "refunds twice" },
    ]);
    const full = { took: false, problem: expect.stringContaining("the disk is full") };
    expect(document.paths.store).toMatchObject(ENGINE === "sqlite" ? full : { took: true });
  });
  test("with a store that may only be read", async () => {
    const scene = await projectWithStore();
    await makeReadOnly(scene.store);
    const { document } = await drill("a read-only store", scene, { uid: ENGINE === "sqlite" ? NOBODY : undefined });
    expect(document.paths.store.took).toBe(false);
  });
  onServer("when it has no markers, as on another machine: the server does it", async () => {
    const { dir, store, env } = await projectWithStore();
    const { document, stopped } = await drill("a server and no markers", {
      dir,
      env,
      store: { ...store, markers: null },
    });
    expect(document.paths).toEqual(PATHS);
    expect(stopped.details).toMatchObject({ name: AGENT, by: "ada", reason: "refunds twice" });
  });
  onServer("when the server is gone since it started: the marker does it, and the next look records it", async () => {
    const scene = await projectWithStore();
    const { store: way, cut } = await breakable(scene.store);
    cleanups.push(cut);
    const cuttable = { ...scene, store: way, env: { AGENTOPS_STORE: way.location } };
    const { document } = await drill("a server that is gone", cuttable, { meanwhile: cut });
    const gone = { took: false, problem: "no server answers there [ECONNREFUSED]" };
    expect(document.paths).toEqual({ ...PATHS, store: gone });
    const again = await agentops(scene.dir, ["kill", "agents/y", "--reason", "r"], cuttable.env);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^not checked: .*\nkilled agents\/y in \S+ on this machine only/),
    ]);
    expect(again.stdout).toContain(`  agents that do not read ${scene.store.markers ?? ""} go on: run it again`);
    expect((await agentops(scene.dir, ["status"], scene.env)).code).toBe(5);
    const store = await openTestStore({ address: scene.store });
    expect(await store.column(`SELECT action FROM "auditEvents"`)).toEqual(["kill", "kill"]);
    const here = await agentops(scene.dir, ["revive", AGENT, "--reason", "r"], scene.env);
    expect([here.code, here.stderr]).toEqual([0, ""]);
    const elsewhere = await agentops(tempProject(), ["revive", "agents/y", "--reason", "r"], scene.env);
    expect(elsewhere.stderr).toContain("killed on another machine, which holds it until agentops status runs there");
  });
});

test("a kill stops neither another environment nor another agent, and --all stops what exists and what does not", async () => {
  const { dir, store, env } = await projectWithStore();
  const [there, other] = await Promise.all([
    startVictim({ ...named(store), env: "staging" }),
    startVictim({ ...named(store), env: "production", name: "agents/not-yet" }),
  ]);
  cleanups.push(
    () => there.end(),
    () => other.end(),
  );
  expect((await agentops(dir, KILL, env)).code).toBe(0);
  expect([await there.survives(), await other.survives()]).toEqual([true, true]);
  expect((await agentops(dir, ["kill", "--all", "--reason", "r"], env)).code).toBe(0);
  expect((await other.stopped()).code).toBe("AGENT_KILLED");
  expect(await there.survives()).toBe(true);
});

test("when neither path takes, the command says NOT killed, why on both, and exit 4", async () => {
  const dir = tempProject({ ".agentops": "a file where the folder should be" });
  const env = ENGINE === "sqlite" ? {} : { AGENTOPS_STORE: "postgres://127.0.0.1:1/none" };
  const ran = await agentops(dir, KILL, env);
  expect(ran.code).toBe(4);
  expect(JSON.parse(ran.stderr).error).toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(/NOT killed; the marker beside the store: .*; the store: /),
  });
});
