import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { beganAfter, isRunning, isTaken, thisProcess } from "./running.ts";

const LINUX = process.platform === "linux";
const me = thisProcess();
const dead = spawnSync(process.execPath, ["-e", "0"]).pid;

test("a process is told from one that had its number, and nobody knows of one elsewhere", () => {
  expect(isRunning({ ...me, pid: dead })).toBe(false);
  expect(isRunning({ ...me, place: "another boot, or container" })).toBe(null);
  // Without a start of processes a number that is taken may be anybody's.
  expect(isRunning(me)).toBe(LINUX ? true : null);
  expect(isRunning({ ...me, started: "1" })).toBe(LINUX ? false : null);
  expect(isRunning({ ...me, started: null })).toBe(null);
  expect([isTaken(process.pid), isTaken(dead)]).toEqual([true, false]);
});

test.runIf(LINUX)("when a process began is told in the time of a clock", () => {
  const began = Date.now() - process.uptime() * 1000;
  expect([beganAfter(process.pid, began - 5000), beganAfter(process.pid, began + 5000)]).toEqual([true, false]);
  expect(beganAfter(dead, 0)).toBe(null);
});
