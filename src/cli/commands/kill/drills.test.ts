import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { agentops, cleanEnv, git, put, REPO, tempProject } from "../../../testing/project.ts";
import { startVictim } from "../../../testing/victim.ts";
import { withStore } from "../../../testing/store.ts";

const BIN = join(REPO, "bin", "agentops.js");
const AGENT = "agents/refund-desk";
const KILL = ["kill", AGENT, "--reason", "refunds twice", "--actor", "ada", "--json"];
const isRoot = process.getuid?.() === 0;
const NOBODY = isRoot ? 65534 : undefined;

const cleanups: (() => void)[] = [];
const times: string[] = [];
afterAll(() => {
  for (const clean of cleanups.splice(0)) clean();
  process.stdout.write(`\nfrom the kill command's start to the victim's stop\n${times.join("\n")}\n`);
});

function projectWithStore(files: Record<string, string> = {}): string {
  const dir = tempProject(files);
  withStore(storeOf(dir), () => undefined);
  return dir;
}

const storeOf = (dir: string) => join(dir, ".agentops", "state.db");

/** Runs kill as a person would, in one of the conditions, and reports when the victim stopped. */
async function drill(name: string, dir: string, options: { uid?: number | undefined; limited?: boolean } = {}) {
  const victim = await startVictim({ store: storeOf(dir), env: "production", uid: options.uid });
  cleanups.push(() => victim.end());
  const startedMs = Date.now();
  const { uid, limited } = options;
  const [file, args] = limited === true ? ["bash", ["-c", LIMITED]] : [process.execPath, [BIN, ...KILL]];
  const ran = await execa(file, args, {
    cwd: dir,
    env: cleanEnv(),
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

function lock(dir: string, pragma = ""): Database.Database {
  const holder = new Database(storeOf(dir));
  if (pragma !== "") holder.pragma(pragma);
  holder.exec("BEGIN EXCLUSIVE");
  cleanups.push(() => holder.close());
  return holder;
}

function damage(dir: string): void {
  for (const end of ["-wal", "-shm"]) rmSync(`${storeOf(dir)}${end}`, { force: true });
  writeFileSync(storeOf(dir), "this is no database any more ".repeat(400));
}

describe("a victim process stops", () => {
  test("when all is well, and learns who and why", async () => {
    const { document, stopped } = await drill("all is well", projectWithStore());
    expect(document.paths).toEqual({ marker: { took: true, problem: null }, store: { took: true, problem: null } });
    expect(stopped.details).toMatchObject({ name: AGENT, by: "ada", reason: "refunds twice" });
  });
  test("when there is no store and no marker folder yet", async () => {
    const { document } = await drill("no store yet", tempProject());
    expect(document.paths.store.took).toBe(true);
  });
  test.each([
    ["a config that is no YAML", "project: [\n  : }{"],
    ["a config with a conflict of git in it", "project: x\n<<<<<<< HEAD\nenvironments: [a, production]\n=======\n"],
    ["a config that is binary", "\u0000\u0001\u0002"],
  ])("with %s: every environment", async (name, text) => {
    const { document, stderr } = await drill(name, projectWithStore({ "agentops.config.yaml": text }));
    expect(document.environment).toBe("*");
    expect(stderr).toContain("agentops.config.yaml cannot be read, so this is for every environment");
  });
  test("without a config: every environment", async () => {
    const dir = projectWithStore();
    rmSync(join(dir, "agentops.config.yaml"));
    const { document } = await drill("no config", dir);
    expect(document.environment).toBe("*");
  });
  test("in a git repository that is damaged", async () => {
    const dir = projectWithStore();
    await git(dir, "init", "-q");
    put(dir, ".git/HEAD", "garbage");
    rmSync(join(dir, ".git", "objects"), { recursive: true });
    await drill("a damaged git repository", dir);
  });
  test("with a store that is damaged before the victim starts", async () => {
    const dir = projectWithStore();
    damage(dir);
    const { document } = await drill("a damaged store", dir);
    expect(document.paths.store).toEqual({ took: false, problem: "the store's file is damaged [SQLITE_NOTADB]" });
  });
  test("with a write lock held", async () => {
    const dir = projectWithStore();
    const holder = lock(dir);
    const { document } = await drill("BEGIN EXCLUSIVE held by another writer", dir);
    expect(document.paths.store.problem).toMatch(/holds the store's write lock \(waited 2 s\)/);
    holder.exec("COMMIT");
    const seen = await agentops(dir, ["status", "--json"]);
    expect(seen.code).toBe(5);
    const [event, ...more] = holder.prepare("SELECT * FROM auditEvents").all() as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(event).toMatchObject({ action: "kill", target: AGENT, actor: "ada", reason: "refunds twice" });
    expect(String(event!["recordedAt"]) > String(event!["at"])).toBe(true);
  });
  test("with a lock that keeps even readers out", async () => {
    const dir = projectWithStore();
    lock(dir, "locking_mode = EXCLUSIVE");
    await drill("locking_mode = EXCLUSIVE held", dir);
  });
  test("with a store that a newer agentops wrote", async () => {
    const dir = projectWithStore();
    const db = new Database(storeOf(dir));
    db.pragma("user_version = 99");
    db.close();
    const { document } = await drill("a newer schema", dir);
    expect(document.paths.store.problem).toContain("the store has schema 99");
  });
  test("when a file is where the markers should be: the store does it", async () => {
    const dir = projectWithStore();
    rmSync(`${storeOf(dir)}.kills`, { recursive: true });
    writeFileSync(`${storeOf(dir)}.kills`, "");
    const { document } = await drill("no markers possible", dir);
    expect(document.paths).toMatchObject({ marker: { took: false }, store: { took: true } });
  });
  test("with files limited to no bytes (ulimit -f 0)", async () => {
    const { document } = await drill("ulimit -f 0", projectWithStore(), { limited: true });
    expect(document.paths.store.took).toBe(false);
  });
  test.runIf(canMount())("on a full disk", async () => {
    const dir = tempProject();
    mkdirSync(join(dir, ".agentops"));
    mount(join(dir, ".agentops"));
    withStore(storeOf(dir), () => undefined);
    fill(join(dir, ".agentops", "ballast"));
    const { document } = await drill("a full disk (tmpfs)", dir);
    expect(document.paths.store).toMatchObject({ took: false, problem: expect.stringContaining("the disk is full") });
  });
  test("with a store that may only be read", async () => {
    const dir = projectWithStore();
    for (const end of readdirSync(join(dir, ".agentops"))) chmodSync(join(dir, ".agentops", end), 0o777);
    chmodSync(storeOf(dir), 0o444);
    for (const folder of [dir, join(dir, ".agentops")]) chmodSync(folder, 0o777);
    const { document } = await drill("a read-only store", dir, { uid: NOBODY });
    expect(document.paths.store.took).toBe(false);
  });
});

test("a kill stops neither another environment nor another agent, and --all stops what exists and what does not", async () => {
  const dir = projectWithStore();
  const [there, other] = await Promise.all([
    startVictim({ store: storeOf(dir), env: "staging" }),
    startVictim({ store: storeOf(dir), env: "production", name: "agents/not-yet" }),
  ]);
  cleanups.push(
    () => there.end(),
    () => other.end(),
  );
  expect((await agentops(dir, KILL)).code).toBe(0);
  expect([await there.survives(), await other.survives()]).toEqual([true, true]);
  expect((await agentops(dir, ["kill", "--all", "--reason", "r"])).code).toBe(0);
  expect((await other.stopped()).code).toBe("AGENT_KILLED");
  expect(await there.survives()).toBe(true);
});

test("when neither path takes, the command says NOT killed, why on both, and exit 4", async () => {
  const dir = tempProject({ ".agentops": "a file where the folder should be" });
  const ran = await agentops(dir, KILL);
  expect(ran.code).toBe(4);
  expect(JSON.parse(ran.stderr).error).toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(/NOT killed; the marker beside the store: .*; the store: /),
  });
});

function canMount(): boolean {
  if (!isRoot) return false;
  const dir = tempProject();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", dir], { stdio: "ignore" });
    execFileSync("umount", [dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function mount(dir: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", dir]);
  cleanups.push(() => void execFileSync("umount", ["-l", dir]));
}

function fill(file: string): void {
  const fd = openSync(file, "w");
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch {
    closeSync(fd);
  }
}
