import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, told from every other that had its number before or has it elsewhere. */
export interface Running {
  pid: number;
  /** When it started, as the system counts: ticks since the start of the machine; null where that is not to be had. */
  started: string | null;
  /** Where its number means it: a start of a machine and a container of it (a PID namespace), else a host. */
  place: string;
}

/** Linux counts in hundredths of a second for everybody outside the kernel (proc(5), USER_HZ). */
const TICK_MS = 10;

export function thisProcess(): Running {
  return { pid: process.pid, started: startOf(process.pid), place: placeOf() };
}

/** Null where it cannot be known: another machine or container, or a number that may be another's by now. */
export function isRunning(one: Running): boolean | null {
  if (one.place !== placeOf()) return null;
  if (!isTaken(one.pid)) return false;
  const started = startOf(one.pid);
  return started === null || one.started === null ? null : started === one.started;
}

/** Whether some process here has that number. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether the process that has a number now began after a time, and so is another than the one that had it then; null where nobody can say. */
export function beganAfter(pid: number, ms: number): boolean | null {
  const started = startOf(pid);
  const boot = /^btime (\d+)$/m.exec(textOf("/proc/stat") ?? "")?.[1];
  // The start of the machine is given in whole seconds.
  return started === null || boot === undefined ? null : Number(boot) * 1000 + Number(started) * TICK_MS > ms + 1000;
}

/** proc(5): field 22 of `stat`, counted after the name, which may have blanks and parentheses. */
function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function placeOf(): string {
  const boot = textOf("/proc/sys/kernel/random/boot_id")?.trim();
  return boot === undefined ? hostname() : `${boot} ${pidNamespace()}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return hostname();
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
