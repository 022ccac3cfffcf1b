import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { AgentopsError } from "../core/errors.ts";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { revive } from "../kill/revive.ts";
import { markerFolder, type StoreAddress } from "../state/address.ts";
import { connect } from "../state/sqlite/connection.ts";
import { spawnAgentops } from "../testing/project.ts";
import { ENGINE, seen } from "../testing/engine.ts";
import { newStoreAddress, withStore } from "../testing/store.ts";
import { AgentOps } from "./agentops.ts";
import type { AgentOpsOptions } from "./options.ts";

const opened: AgentOps[] = [];
afterEach(() => {
  for (const ops of opened.splice(0)) ops.close();
});

function open(options: AgentOpsOptions): AgentOps {
  const ops = new AgentOps(options);
  opened.push(ops);
  return ops;
}

async function newStore(): Promise<StoreAddress> {
  const address = await newStoreAddress();
  await withStore(address, () => Promise.resolve());
  return address;
}

/** How an agent's process names it. */
const at = ({ location, markers }: StoreAddress) => ({ store: location, markers: markers ?? "" });
const onFiles = test.runIf(ENGINE === "sqlite");

const order = (target = "agents/x", environment = "production") => {
  return { environment, targets: [target], actor: "ada", reason: "refunds twice" };
};
const ALIVE = { killed: false, reason: null, by: null, at: null, problem: null };

describe("AgentOps", () => {
  test("answers who, why and since when, and forgets it after a revive", async () => {
    const store = await newStore();
    const ops = open({ ...at(store), env: "production" });
    expect(ops.killSwitch("agents/x")).toEqual(ALIVE);
    const killed = await kill(boardAt(store), order());
    await seen();
    expect(ops.killSwitch("agents/x")).toEqual({
      killed: true,
      reason: "refunds twice",
      by: "ada",
      at: killed.at,
      problem: null,
    });
    expect(() => ops.checkpoint("agents/x")).toThrow(
      expect.objectContaining({
        code: "AGENT_KILLED",
        message: expect.stringContaining("refunds twice (by ada since"),
      }),
    );
    expect(() => (ops.killSwitch("agents/x").killed = false), "nobody revives by a slip").toThrow(TypeError);
    expect(ops.killSwitch("prompts/x").killed).toBe(false);
    expect(ops.killSwitch("x").killed, "a bare name is both kinds").toBe(true);
    await revive(boardAt(store), order());
    await seen();
    expect(ops.killSwitch("agents/x")).toEqual(ALIVE);
    ops.checkpoint("agents/x");
  });
  test("a process that does not say its environment is stopped by a kill in any", async () => {
    const store = await newStore();
    await kill(boardAt(store), order("agents/x", "staging"));
    await seen();
    expect(open({ ...at(store), env: "production" }).killSwitch("agents/x").killed).toBe(false);
    expect(open({ ...at(store), env: "staging" }).killSwitch("agents/x").killed).toBe(true);
    expect(open(at(store)).killSwitch("agents/x").killed).toBe(true);
  });
  test("misuse throws an error with a code, or nothing; methods work off their object", async () => {
    const address = await newStore();
    const ops = open({ ...at(address), env: "production" });
    const hostile = Object.defineProperty({}, "unit", { get: () => { throw new Error("mine"); }, enumerable: true });
    const odd = [null, undefined, 5, Symbol("x"), {}, Object.create(null), () => 1, hostile, "", "a b", "no/such/name"];
    const codes: unknown[] = [];
    const tried = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        codes.push((error as { code?: unknown }).code);
      }
    };
    // As JavaScript takes methods off their object.
    const off = { ...(ops as unknown as Record<string, (...args: unknown[]) => unknown>) };
    for (const one of odd) {
      for (const name of ["resolve", "checkpoint", "killSwitch", "signal", "observe"]) tried(() => off[name]?.(one));
      tried(() => off["resolve"]?.("agents/x", one));
      tried(() => off["checkpoint"]?.("agents/x", one));
      tried(() => {
        new AgentOps({ ...at(address), queueLimit: one as never }).close();
      });
      tried(() => {
        new AgentOps(one as never).close();
      });
    }
    tried(() => [off["flush"]?.(), off["stats"]?.()]);
    expect(new Set(codes)).toEqual(new Set(["REF_INVALID", "USAGE"]));
  }); // prettier-ignore
  test("a fresh checkpoint asks the store itself", async () => {
    const address = await newStore();
    const ops = open({ ...at(address), env: "production" });
    await seen();
    for (const name of ["a", "b", "c"]) {
      ops.checkpoint(`agents/${name}`);
      await kill(boardAt(address), order(`agents/${name}`, "production"));
      const isKilled = () => {
        try {
          ops.checkpoint(`agents/${name}`, { fresh: true });
          return false;
        } catch (error) {
          return (error as { code?: string }).code === "AGENT_KILLED";
        }
      };
      // A server is waited for, but not for ever.
      if (ENGINE === "sqlite") expect(isKilled()).toBe(true);
      else await expect.poll(isKilled).toBe(true);
    }
    expect(() => {
      ops.checkpoint("agents/d", null);
    }).not.toThrow();
  });
  onFiles.each([
    ["is missing", (store: string) => rmSync(store)],
    ["is damaged", (store: string) => writeFileSync(store, "no database ".repeat(999))],
    ["is a folder", (store: string) => (rmSync(store), mkdirSync(store))],
  ])("where the store %s, markers count, nothing is thrown, and failClosed counts as killed", async (_, spoil) => {
    const address = await newStore();
    const store = address.location;
    for (const end of ["-wal", "-shm"]) rmSync(`${store}${end}`, { force: true });
    spoil(store);
    const [ops, closed] = [false, true].map((failClosed) => open({ store, env: "production", failClosed })) as [
      AgentOps,
      AgentOps,
    ];
    expect(ops.killSwitch("agents/x")).toMatchObject({ killed: false, problem: expect.stringContaining(store) });
    expect(closed.killSwitch("agents/x")).toMatchObject({
      killed: true,
      by: null,
      reason: expect.stringMatching(/^fail closed: /),
    });
    mkdirSync(markerFolder(store), { recursive: true });
    writeFileSync(join(markerFolder(store), "production~agents~x"), "");
    await seen();
    expect(ops.killSwitch("agents/x")).toMatchObject({ killed: true, by: "unknown" });
  });
  onFiles("a store that comes later, or is moved away and made anew, is found", async () => {
    const address = await newStore();
    const store = address.location;
    const ops = open({ store, env: "production" });
    expect(ops.killSwitch("agents/x").problem).toBeNull();
    renameSync(store, `${store}.old`);
    for (const end of ["-wal", "-shm"]) rmSync(`${store}${end}`, { force: true });
    await kill(boardAt(address), order());
    rmSync(markerFolder(store), { recursive: true });
    await expect.poll(() => ops.killSwitch("agents/x").killed, { interval: 10, timeout: 5000 }).toBe(true);
  });
  onFiles("what was killed stays killed while nothing can be read any more", async () => {
    const store = await newStore();
    const ops = open({ ...at(store), env: "production" });
    await kill(boardAt(store), order());
    await seen();
    expect(ops.killSwitch("agents/x").killed).toBe(true);
    rmSync(store.markers ?? "", { recursive: true });
    const lock = connect(store.location, { durability: "normal" });
    lock.exec("BEGIN IMMEDIATE");
    expect(ops.killSwitch("agents/x").killed).toBe(true);
    lock.close();
  });
  test("a signal fires after a kill from another process, carries the error, and a new one is fresh after a revive", async () => {
    const store = await newStore();
    const ops = open({ ...at(store), env: "production" });
    const signal = ops.signal("agents/x");
    expect(ops.signal("agents/x")).toBe(signal);
    const killing = spawnAgentops("/", ["kill", "agents/x", "--reason", "r", "--env", "production"], {
      AGENTOPS_STORE: store.location,
      AGENTOPS_MARKERS: store.markers ?? "",
    });
    await new Promise((fired) => signal.addEventListener("abort", fired));
    expect(signal.reason).toBeInstanceOf(AgentopsError);
    expect(signal.reason).toMatchObject({ code: "AGENT_KILLED" });
    expect((await killing).exitCode).toBe(0);
    expect(ops.signal("agents/x").aborted, "still killed").toBe(true);
    await revive(boardAt(store), order());
    await seen();
    expect(ops.signal("agents/x").aborted).toBe(false);
  });
  test("a dozen in one process are one listener at its end, and none when they are closed", async () => {
    const before = process.listenerCount("exit");
    const stores = await Promise.all(Array.from({ length: 12 }, newStore));
    const many = stores.map((store) => open({ ...at(store), env: "production" }));
    for (const ops of many) ops.observe({ target: "agents/x", version: "v1", success: true });
    expect(process.listenerCount("exit")).toBe(before + 1);
    for (const ops of many) ops.close();
    expect(process.listenerCount("exit")).toBe(before);
  });

  test("what is no name is refused, as is a use after close()", async () => {
    const ops = open(at(await newStore()));
    for (const name of ["Refund Desk", undefined, 42] as string[]) {
      expect(() => ops.checkpoint(name)).toThrow(expect.objectContaining({ code: "REF_INVALID" }));
      expect(() => ops.resolve(name)).toThrow(expect.objectContaining({ code: "REF_INVALID" }));
    }
    for (const options of [null, undefined, {}, { unit: null }, { unit: 5 }, { unit: {} }] as never[])
      expect(ops.resolve("agents/x", options).reason).toBe("ERROR");
    const file = at(await newStore());
    for (const options of [{ store: 5 }, { ...file, env: 5 }, { ...file, markers: [] }, "production"] as never[])
      expect(() => open(options)).toThrow(expect.objectContaining({ code: "USAGE" }));
    for (const queueLimit of [0, -1, NaN, 1.5]) expect(() => open({ ...file, queueLimit })).toThrow(/queueLimit/);
    ops.close();
    expect(() => ops.killSwitch("x")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
