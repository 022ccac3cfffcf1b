import { dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { ENGINE } from "../../../testing/engine.ts";
import { agentops, cleanEnv, put, REPO } from "../../../testing/project.ts";
import { minutesLater, promoted, startedRollout } from "../../../testing/rollout.ts";
import { newStoreAddress, openTestStore } from "../../../testing/store.ts";

/** A project, where its store is, and no git anywhere. */
async function project() {
  const address = await newStoreAddress();
  const dir = dirname(dirname(address.markers!));
  const env = ENGINE === "sqlite" ? {} : { AGENTOPS_STORE: address.location };
  return { dir, address, env, run: (...args: string[]) => agentops(dir, args, env) };
}

describe("agentops resolve", () => {
  test("says what is served and why, in text and JSON; 5 when killed, 2 when nothing was released", async () => {
    const { address, run } = await project();
    const never = await run("resolve", "x");
    expect(never.code).not.toBe(0);
    const store = await openTestStore({ address });
    expect((await run("resolve", "x")).code).toBe(2);
    await startedRollout(store);
    const text = await run("resolve", "x", "--unit", "user-1");
    expect([text.code, text.stderr]).toEqual([0, ""]);
    expect(text.stdout).toContain("prompts/x@v1  control, production");
    expect(text.stdout).toContain("candidate at 5 %; the unit's bucket 0.9606 is not below that");
    const json = await run("resolve", "prompts/x", "--unit", "user-1", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "agentops.resolution/1", version: "v1", reason: "SPLIT" });
    await promoted(store, { version: "v1", target: "agents/x" });
    const unclear = await run("resolve", "x");
    expect([unclear.code, unclear.stderr]).toEqual([
      2,
      expect.stringContaining("prompts/x and as agents/x; say which one [REF_INVALID]"),
    ]);
    await run("kill", "prompts/x", "--reason", "leaks");
    const killed = await run("resolve", "prompts/x");
    expect([killed.code, killed.stdout]).toEqual([
      5,
      expect.stringMatching(/^killed {2}prompts\/x in production: .*leaks/),
    ]);
  });
});

describe("agentops observe", () => {
  const line = (id: string) => `${JSON.stringify({ target: "prompts/x", version: "v1", success: true, id })}\n`;

  test("takes a file or stdin, and says what is wrong where", async () => {
    const { dir, address, env, run } = await project();
    put(dir, "in.jsonl", line("a") + line("b") + line("a"));
    const file = await run("observe", "in.jsonl");
    expect([file.code, file.stdout]).toEqual([
      3,
      "recorded 2 observations in production (1 repeat, 2 of an unknown target)",
    ]);
    expect(file.stderr.match(/warning: .*/g)).toEqual([
      "warning: prompts/x was never released here: kept, counted apart, and in no rollout (nothing was released in this store; which store this is: agentops store info)",
    ]);
    const strict = await run("observe", "in.jsonl", "--strict");
    expect([strict.code, strict.stderr]).toEqual([
      2,
      expect.stringContaining("in.jsonl:1:1: prompts/x was never released here [FILE_INVALID]"),
    ]);
    const stdin = await execa(
      process.execPath,
      [join(REPO, "bin", "agentops.js"), "observe", "--json", "--env", "staging"],
      {
        ...{ cwd: dir, env: cleanEnv(env), extendEnv: false, reject: false, input: line("a") },
      },
    );
    expect(JSON.parse(stdin.stdout)).toEqual({
      ...{ schema: "agentops.observed/1", env: "staging", store: address.shown },
      ...{
        recorded: 1,
        repeated: 0,
        completed: 0,
        corrected: 0,
        moved: 0,
        unknown: 1,
        unknownBy: { target: 1, version: 0, rollout: 0 },
        invalid: 0,
      },
    });
    put(dir, "bad.jsonl", `${line("c")}{"target":"x"}\n`);
    const bad = await run("observe", "bad.jsonl");
    expect([bad.code, bad.stderr]).toEqual([
      2,
      expect.stringContaining("bad.jsonl:2:2: target: prompts/NAME or agents/NAME"),
    ]);
    expect((await run("observe", "none.jsonl")).stderr).toContain("no such file: none.jsonl [FILE_NOT_FOUND]");
  });

  test("one id that two units say is told once, by its name, and counted", async () => {
    const { dir, address, run } = await project();
    await startedRollout(await openTestStore({ address }));
    const said = (unit: string) =>
      `${JSON.stringify({ target: "prompts/x", version: "v1", success: true, id: "a", unit })}\n`;
    put(dir, "in.jsonl", said("u") + said("w") + said("v"));
    const { code, stderr, stdout } = await run("observe", "in.jsonl");
    expect([code, stderr.trim()]).toEqual([
      0,
      'warning: "a": lines of this id say different versions or units: what was known later stands (give each answer an id of its own)',
    ]);
    expect(stdout).toContain("recorded 1 observation in production");
  });

  test("--served counts who was served what, once each, before any outcome", async () => {
    const { dir, address, run } = await project();
    const store = await openTestStore({ address });
    await startedRollout(store, { plan: { exposures: true } });
    const served = (unit: string, more: object = {}) =>
      `${JSON.stringify({ target: "prompts/x", version: "v1", unit, servedAt: minutesLater(3), exposure: `e-${unit}`, ...more })}\n`;
    put(dir, "served.jsonl", served("a") + served("b") + served("a"));
    const first = await run("observe", "--served", "served.jsonl");
    expect([first.code, first.stdout]).toEqual([0, "recorded 2 exposures in production (1 repeat)"]);
    const again = await run("observe", "--served", "served.jsonl", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ schema: "agentops.observed/1", recorded: 0, repeated: 3 });
    expect(await store.column("SELECT exposed FROM arrivals")).toEqual([2]);
    put(dir, "bad.jsonl", served("c") + served("d", { success: true }));
    const bad = await run("observe", "--served", "bad.jsonl");
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("bad.jsonl:2:")]);
    expect(await store.column("SELECT exposed FROM arrivals"), "nothing of it was counted").toEqual([2]);
    put(dir, "unknown.jsonl", served("e") + served("f", { version: "v9" }));
    const strict = await run("observe", "--served", "unknown.jsonl", "--strict");
    expect([strict.code, strict.stderr]).toEqual([2, expect.stringContaining("unknown.jsonl:2:")]);
    expect(await store.column("SELECT exposed FROM arrivals"), "nor of that").toEqual([2]);
    const lenient = await run("observe", "--served", "bad.jsonl", "--skip-invalid");
    expect([lenient.code, lenient.stdout]).toEqual([0, "recorded 1 exposure in production (1 bad line left out)"]); // prettier-ignore
    const shown = await run("canary", "status", "x", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      control: { exposed: 3, open: 0, missing: 3 },
      candidate: { exposed: 0, open: 0, missing: 0 },
      analysis: { missing: null, bestCase: { verdict: "continue" }, worstCase: { verdict: "continue" } }, // prettier-ignore
    });
    expect((await run("canary", "status", "x")).stdout.replace(/\s+/g, " ")).toContain(
      "3 of the control's 3 units (3 for longer than usual)",
    );
    put(dir, "future.jsonl", served("z", { servedAt: "2999-01-01T00:00:00Z" }));
    expect((await run("observe", "--served", "future.jsonl")).code).toBe(0);
    expect(await store.value("SELECT MAX(minute) FROM exposures"), "no clock is ahead of time").toBeLessThanOrEqual(
      Date.now() / 60_000,
    );
  });
});
