import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const GRACE_MS = 500;
const POLL_MS = 20;
const GROUPS = process.platform !== "win32";

/** Groups that must not outlive this process, however it ends (short of SIGKILL, when they see their stdin close). */
const alive = new Set<ChildProcess>();
let hooked = false;

/** Remembers a detached child until it is killed. */
export function track(child: ChildProcess): void {
  alive.add(child);
  if (hooked) return;
  hooked = true;
  process.on("exit", () => {
    for (const one of alive) signal(one, "SIGKILL");
  });
}

/** Ends a child and everything it started: SIGTERM to the group, SIGKILL to what is left after half a second. */
export async function killGroup(child: ChildProcess): Promise<void> {
  if (signal(child, "SIGTERM")) {
    for (let waited = 0; waited < GRACE_MS && isAlive(child); waited += POLL_MS) await sleep(POLL_MS);
    signal(child, "SIGKILL");
  }
  alive.delete(child);
}

function isAlive(child: ChildProcess): boolean {
  return signal(child, 0);
}

/** False when nobody is left to get it. */
function signal(child: ChildProcess, name: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return GROUPS ? process.kill(-child.pid, name) : child.kill(name);
  } catch {
    return false;
  }
}
