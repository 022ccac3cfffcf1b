import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { agentops, put, type Ran, sampleRepository } from "../../../testing/project.ts";
import { newStoreAddress, withStore } from "../../../testing/store.ts";
import type { StoreAddress } from "../../../state/address.ts";
import { traceForgetSchema, tracesSchema } from "../../../traces/schema.ts";

let dir = "";
let store: StoreAddress;
let env: NodeJS.ProcessEnv;
/** What is seen is looked for in the last month. */
const TODAY = new Date(Date.now() - 3_600_000).toISOString();
const run = (...args: string[]): Promise<Ran> => agentops(dir, args, env);
const traceOf = (id: string, more: object) => ({ trace_id: id, span_id: "a", name: "run", type: "agent", agent: "refund-desk", start: TODAY, duration_ms: 10, ...more }); // prettier-ignore

beforeEach(async () => {
  if (dir === "") dir = await sampleRepository();
  store = await newStoreAddress();
  env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
});

async function imported(...lines: object[]): Promise<string[]> {
  put(dir, "t.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
  const { code, stderr } = await run("trace", "import", "t.jsonl");
  expect(code, stderr).toBe(0);
  const { traces } = tracesSchema.parse(JSON.parse((await run("trace", "list", "--json")).stdout));
  return traces.map(({ id }) => id);
}

describe("trace forget", () => {
  test("erases what is stored of one person, keeps sums and others, and the audit says that it was done", async () => {
    await imported(traceOf("t1", { user: "ada@example.com", success: true, input: "my parcel" }), traceOf("t2", { user: "bob", success: false })); // prettier-ignore
    const { traces } = tracesSchema.parse(JSON.parse((await run("trace", "list", "--user", "ada@example.com", "--json")).stdout)); // prettier-ignore
    const id = traces[0]?.id ?? "";
    put(dir, "evals/support.proposed.jsonl", `{"id":"c1","origin":{"trace":"${id}"}}\n{"id":"c2","origin":{"trace":"${"0".repeat(32)}"}}\n`);
    const { code, stdout, stderr } = await run("trace", "forget", "--user", "ada@example.com", "-m", "her wish", "--actor", "Eve", "--json"); // prettier-ignore
    expect(code, stderr).toBe(0);
    expect(traceForgetSchema.parse(JSON.parse(stdout))).toMatchObject({ traces: 1, waiting: 0, cases: 1 });
    expect(readFileSync(join(dir, "evals/support.proposed.jsonl"), "utf8")).toBe(`{"id":"c2","origin":{"trace":"${"0".repeat(32)}"}}\n`);
    await withStore(store, async (open) => {
      const all = await open.db.introspection.getTables();
      for (const { name } of all) {
        const rows = await open.rows(`SELECT * FROM "${name}"`);
        expect(JSON.stringify(rows), name).not.toContain("ada@example.com");
      }
      expect(await open.column('SELECT "user" FROM traces')).toEqual(["bob"]);
      expect(await open.value("SELECT COUNT(*) FROM observations")).toBe(2);
      const [event] = await open.rows(`SELECT actor, reason, after FROM "auditEvents" WHERE action = 'traces.forget'`);
      expect(event).toMatchObject({ actor: "Eve", reason: "her wish", after: expect.stringMatching(/"traces":1.*sha256:/) });
    });
    expect(JSON.parse((await run("trace", "forget", "--user", "ada@example.com", "--json")).stdout)).toMatchObject({ traces: 0, outcomes: 0 }); // prettier-ignore
  }); // prettier-ignore
  test("without a user it is a mistake", async () => {
    expect((await run("trace", "forget")).code).toBe(2);
  });
});

test("store prune takes old traces with their spans, and leaves what they said of tasks", async () => {
  const [old, recent] = [traceOf("t1", { success: true, start: "2020-01-01T10:00:00Z" }), traceOf("t2", { success: true })]; // prettier-ignore
  await imported(old, recent);
  const { code, stdout, stderr } = await run("store", "prune", "--older-than", "365d", "--json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).tables).toContainEqual({ name: "traces", rows: 1 });
  await withStore(store, async (open) => {
    expect(await open.column("SELECT spans FROM traces")).toEqual([1]);
    expect(await open.value('SELECT COUNT(*) FROM "spanBlocks"')).toBe(1);
  });
});

test("list --traffic: what is registered and seen, registered and not, seen and not registered", async () => {
  const none = await agentops(dir, ["list", "--traffic"], { AGENTOPS_STORE: join(dir, "none/state.db") });
  expect([none.code, existsSync(join(dir, "none"))]).toEqual([2, false]);
  await imported(traceOf("t1", { success: true }), traceOf("t2", { agent: "stranger" }));
  const { stdout } = await run("list", "--traffic", "--json");
  const states = JSON.parse(stdout).traffic.map(({ name, state, traces }: Record<string, unknown>) => [name, state, traces]); // prettier-ignore
  expect(states).toContainEqual(["agents/refund-desk", "active", 1]);
  expect(states).toContainEqual(["prompts/support-triage", "unseen", 0]);
  expect(states).toContainEqual(["stranger", "unregistered", 1]);
  expect((await run("list", "--traffic")).stdout).toMatch(
    new RegExp(`^stranger +unregistered +1 +0 +${TODAY.slice(0, 16).replace("T", " ")}$`, "m"),
  );
});
