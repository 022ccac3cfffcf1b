import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "./program.ts";

const cwd = mkdtempSync(join(tmpdir(), "program-"));
const base = { cwd, env: { PATH: process.env["PATH"] }, stdin: "", timeoutMs: 5000 };

/** True once nobody has this number any more. */
async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

test("a program that cannot be started is told, whatever the reason", async () => {
  for (const command of [["no-such-program"], [join(cwd, "x")], [cwd], ["bad\0name"]]) {
    const program = await startProgram({ ...base, command });
    expect(await program.notStarted, command[0]).toBeInstanceOf(Error);
    await program.end();
  }
});

test("what a program started goes with it: TERM first, KILL for who does not listen", { timeout: 15_000 }, async () => {
  const stubborn = `trap "" TERM; sh -c 'trap "" TERM; echo $$; sleep 60'; sleep 60`;
  const program = await startProgram({ ...base, command: ["sh", "-c", stubborn] });
  const pid = await new Promise<number>((done) => {
    program.stdout.once("data", (chunk: Buffer) => {
      done(Number(chunk));
    });
  });
  await program.end();
  expect([await isGone(pid), await isGone(program.child.pid!)]).toEqual([true, true]);
});

test("an order to stop that came while it was started ends it", async () => {
  const stop = new AbortController();
  const run = runProgram({ ...base, command: ["sleep", "60"], signal: stop.signal });
  stop.abort();
  await expect(run).rejects.toThrow("sleep was interrupted");
});

test("sees the environment it is given and no other", async () => {
  process.env["PROGRAM_TEST_SECRET"] = "s3cret";
  try {
    const answer = await runProgram({ ...base, command: ["env"], signal: new AbortController().signal });
    expect(answer).not.toContain("s3cret");
    expect(answer).toContain("PATH=");
  } finally {
    delete process.env["PROGRAM_TEST_SECRET"];
  }
});
