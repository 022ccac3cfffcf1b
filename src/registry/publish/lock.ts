import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/**
 * Runs an action while no other publish runs in this clone or a worktree of it. Git's own locks guard single commands;
 * between them another publish could see our half-made index. A lock whose process died is taken over. Throws
 * CONCURRENT_CHANGE when the lock is held.
 */
export async function withPublishLock<T>(repo: Repo, action: () => Promise<T>): Promise<T> {
  const common = (await must(repo.git, ["rev-parse", "--git-common-dir"])).trim();
  const file = join(resolve(repo.cwd, common), "agentops-publish.lock");
  await take(file);
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<void> {
  if (await create(file)) return;
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (!isAlive(holder)) {
    await rm(file, { force: true });
    if (await create(file)) return;
  }
  throw new AgentopsError("CONCURRENT_CHANGE", `another publish is at work in this repository (process ${holder})`, {
    hint: "run the command again when it is done",
    details: { lock: file },
  });
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new AgentopsError("GIT_FAILED", `cannot write ${file}`, { cause: error });
  }
}

/** An empty lock is one that is just being written, so its process counts as alive. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
