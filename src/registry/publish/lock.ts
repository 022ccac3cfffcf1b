import { type FileHandle, open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { pause } from "../../core/pause.ts";
import { beganAfter, isRunning, isTaken, type Running, thisProcess } from "../../core/running.ts";
import { isFull } from "../../core/write-failed.ts";
import { must, WAITING } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { inOwnHook } from "./hook.ts";

/** What a lock says of who holds it. Before it was a number alone, of which only `pid` is known. */
type Holder = Partial<Omit<Running, "pid">> & { pid: number | null; host?: string; id?: string };

/** While a lock is held its file is touched so often. */
const BEAT_MS = 1000;
/** Who touches it no longer is gone, where the system cannot say: in another container, on another machine. */
const SILENT_MS = 10_000;
const WRITING_MS = 20;

/** The locks this process holds, by their id. */
const held = new Set<string>();

/**
 * Runs an action while no other publish runs in this clone or a worktree of it. Git's own locks guard single commands;
 * between them another publish could see our half-made index. A lock whose process is gone is taken over, by one only. Throws
 * CONCURRENT_CHANGE when the lock is held. @param env tells a publish that one of our own hooks started
 */
export async function withPublishLock<T>(repo: Repo, env: NodeJS.ProcessEnv, action: () => Promise<T>): Promise<T> {
  const common = (await must(repo.git, ["rev-parse", "--git-common-dir"])).trim();
  const file = join(resolve(repo.cwd, common), "agentops-publish.lock");
  const { id, handle } = await take(file, env);
  const beat = setInterval(() => void touch(handle), BEAT_MS).unref();
  try {
    return await action();
  } finally {
    clearInterval(beat);
    // Whoever thought us dead has it now.
    if ((await read(file))?.id === id) await rm(file, { force: true });
    held.delete(id);
    await handle.close();
  }
}

interface Lock {
  id: string;
  handle: FileHandle;
}

async function take(file: string, env: NodeJS.ProcessEnv): Promise<Lock> {
  const free = await create(file);
  if (free !== null) return free;
  if (await isFolder(file)) {
    throw new AgentopsError("GIT_REFUSED", `${file} is a folder, and publish keeps its lock there`, {
      hint: "move it away; agentops does not make it",
    });
  }
  const holder = await read(file);
  if (holder !== null && !(await isGone(file, holder))) throw busy(file, holder, env);
  const lock = await takeOver(file, holder);
  if (lock !== null) return lock;
  throw busy(file, (await read(file)) ?? { pid: null }, env);
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Two may find the same lock left behind: they take turns, and the second finds another lock than the one it judged. */
async function takeOver(file: string, dead: Holder | null): Promise<Lock | null> {
  const turn = `${file}.turn`;
  const mine = await create(turn);
  if (mine === null) {
    // Of one that was killed in these few lines: out of the next one's way.
    if (await isSilent(turn)) await rm(turn, { force: true });
    return null;
  }
  try {
    const now = await read(file);
    if (now !== null && dead !== null && (now.id !== dead.id || now.pid !== dead.pid)) return null;
    await rm(file, { force: true });
    return await create(file);
  } finally {
    await rm(turn, { force: true });
    await mine.handle.close();
  }
}

async function create(file: string): Promise<Lock | null> {
  const id = newId();
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "wx");
    held.add(id);
    await handle.writeFile(JSON.stringify({ ...thisProcess(), host: hostname(), id }));
    return { id, handle };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (handle === undefined && code === "EEXIST") return null;
    // One that names nobody would be waited for.
    if (handle !== undefined) await Promise.allSettled([handle.close(), rm(file, { force: true })]);
    held.delete(id);
    throw notWritten(file, code, error);
  }
}

export function notWritten(file: string, code: string, cause: unknown): AgentopsError {
  const full = isFull(code);
  return new AgentopsError(full ? "GIT_FAILED" : "GIT_REFUSED", `cannot write ${file}: ${code}`, {
    hint: full ? "make room, then run the command again" : "publish as the user who owns that folder",
    cause,
  });
}

/** Null when there is none. One that is just being written names nobody yet. */
async function read(file: string): Promise<Holder | null> {
  let text = await readFile(file, "utf8").catch(() => null);
  for (let tries = 0; text === "" && tries < 5; tries++) {
    await pause(WRITING_MS);
    text = await readFile(file, "utf8").catch(() => null);
  }
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as number | Holder;
    return typeof value === "number" ? { pid: value } : value;
  } catch {
    return { pid: null };
  }
}

async function isGone(file: string, { pid, started, place, id }: Holder): Promise<boolean> {
  if (id !== undefined && held.has(id)) return false;
  if (pid === null) return isSilent(file);
  if (place === undefined) return isOldGone(file, pid);
  const running = isRunning({ pid, started: started ?? null, place });
  if (running === null) return isSilent(file);
  // This process has another number's lock only by having been given its number, and its own by what it holds.
  return !running || pid === process.pid;
}

/** A number alone is not touched: its process must be older than the lock. */
async function isOldGone(file: string, pid: number): Promise<boolean> {
  if (pid === process.pid || !isTaken(pid)) return true;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
  return beganAfter(pid, mtimeMs) === true;
}

/** By the clock of the folder's own machine, which need not be this one's. */
async function isSilent(file: string): Promise<boolean> {
  const first = await touchedAt(file);
  for (let waited = 0; waited <= SILENT_MS; waited += BEAT_MS) {
    const [last, now] = [await touchedAt(file), await timeBeside(file)];
    if (last === null || last !== first) return false;
    if (now - last > SILENT_MS) return true;
    await pause(BEAT_MS);
  }
  return true;
}

async function touchedAt(file: string): Promise<number | null> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

async function timeBeside(file: string): Promise<number> {
  const probe = `${file}.${newId()}`;
  const lock = await create(probe);
  const at = await touchedAt(probe);
  await lock?.handle.close();
  await rm(probe, { force: true });
  return at ?? 0;
}

/** What stands there already is written: then the time is that of the folder's machine. */
async function touch(handle: FileHandle): Promise<void> {
  await handle.write("{", 0).catch(() => undefined);
}

function busy(file: string, { pid, host }: Holder, env: NodeJS.ProcessEnv): AgentopsError {
  const details = { lock: file };
  if (pid !== null && env[WAITING] === String(pid)) return inOwnHook(pid);
  const where = host === undefined || host === hostname() ? "" : ` on ${host}`;
  const who = pid === null ? "" : `process ${pid}${where}, `;
  return new AgentopsError("CONCURRENT_CHANGE", `another publish is at work in this repository (${who}${file})`, {
    hint: "run the command again when it is done; where none runs any more, remove that file",
    details,
  });
}
