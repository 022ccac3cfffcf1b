import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { ENGINE } from "../testing/engine.ts";
import { tempProject } from "../testing/project.ts";
import { minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { operate } from "./operate.ts";
import { tellEnds } from "./tell-ends.ts";
import { advance } from "./watch.ts";

const place = { environment: "production", target: "prompts/x" };
const clockAt = (minutes: number) => ({ now: () => new Date(at(minutes)), monotonicMs: () => 0 });
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A receiver that answers with each status in turn, and then 200. */
async function receiver(...statuses: number[]) {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path` };
}

/** A harmful candidate that a turn took back. */
async function ended(notify: NonNullable<RolloutPlan["notify"]>): Promise<TestStore> {
  const store = await openTestStore();
  await startedRollout(store, { plan: { steps: [0.5, 1], notify } });
  const lines = Array.from({ length: 80 }, (_, i) => {
    return { target: place.target, version: i % 2 === 0 ? "v1" : "v2", unit: `u${i}`, success: i % 2 === 0, at: at(1) };
  });
  await recorderFor(store).record(place.environment, lines, new Date(at(1)));
  expect((await advance(store, place, turnBy(store, at(2)))).rollout.state.phase).toBe("rolled-back");
  return store;
}

const tell = (store: TestStore, minutes: number, env: NodeJS.ProcessEnv = {}, cwd = "/") =>
  tellEnds(store, place.environment, { clock: clockAt(minutes), env, cwd });

test("a webhook and a command are told once, with a signature and on stdin", async () => {
  const { got, url } = await receiver();
  const dir = tempProject();
  const store = await ended([
    { name: "hook", kind: "webhook", urlEnv: "HOOK_URL", secretEnv: "HOOK_SECRET" },
    { name: "sh", kind: "command", command: ["sh", "-c", "cat >> told.jsonl"] },
  ]);
  const env = { HOOK_URL: url, HOOK_SECRET: "s3cret", PATH: process.env["PATH"] };
  const both = await Promise.all([tell(store, 2, env, dir), tell(store, 2, env, dir)]);
  // Each of the two may have told either.
  expect(both.flat().sort((a, b) => (a.channel < b.channel ? -1 : 1))).toMatchObject([
    { channel: "hook", sent: true },
    { channel: "sh", sent: true },
  ]);
  expect(await tell(store, 30, env, dir)).toEqual([]);
  const [{ headers, body } = { headers: {}, body: "" }, ...more] = got;
  expect(more).toEqual([]);
  expect(headers["x-agentops-signature"]).toBe(`sha256=${createHmac("sha256", "s3cret").update(body).digest("hex")}`);
  expect(JSON.parse(body)).toMatchObject({
    schema: "agentops.rollout-end/1",
    ...{ target: "prompts/x", env: "production", control: "v1", candidate: "v2", phase: "rolled-back", serves: "v1" },
    ...{
      via: "advance",
      reason: expect.stringMatching(/^success: /),
      look: "agentops canary status prompts/x --env production",
    },
  });
  expect(readFileSync(join(dir, "told.jsonl"), "utf8")).toBe(`${body}\n`);
});

test("what could not be told is in the audit once, without address or secret, and tried again after a minute for a day", async () => {
  const { got, url } = await receiver(404, 503, 503, 503, 302);
  const gone = await receiver();
  servers.pop()?.close();
  const store = await ended([{ name: "hook", kind: "webhook", urlEnv: "HOOK_URL" }]);
  const errorAt = async (minutes: number, env: NodeJS.ProcessEnv) => {
    // A server's leases run by its own clock.
    if (ENGINE === "postgres") await store.rows("DELETE FROM leases");
    return (await tell(store, minutes, env))[0]?.error;
  };
  expect(await errorAt(2, {})).toBe("HOOK_URL is not set");
  expect(await errorAt(3.5, { HOOK_URL: "http://me:hunter2@127.0.0.1/x" })).toBe(
    "HOOK_URL has a user or a password in it, which a webhook cannot take",
  );
  // The lease of the first keeps others from trying at once.
  expect(await tell(store, 3.6, { HOOK_URL: url })).toEqual([]);
  expect(await errorAt(4.9, { HOOK_URL: gone.url })).toBe("the webhook could not be reached: ECONNREFUSED");
  expect(await errorAt(6, { HOOK_URL: url })).toBe("the webhook answered 404");
  expect(await errorAt(8, { HOOK_URL: url })).toBe("the webhook answered 503");
  expect(got.length).toBe(4);
  expect(await errorAt(24 * 60 + 3, { HOOK_URL: url })).toBeUndefined();
  expect(await errorAt(9.5, { HOOK_URL: url })).toBe("the webhook answered 302: it has moved");
  expect(await errorAt(11, { HOOK_URL: "ftp://x/y" })).toBe("HOOK_URL is no http or https address");
  expect(await errorAt(12.5, { HOOK_URL: "secret-path" })).toBe("HOOK_URL is no address");
  expect(await errorAt(14, { HOOK_URL: url })).toBeNull();
  const audit = await store.rows(`SELECT reason, after FROM "auditEvents" WHERE action = 'rollout.notify' ORDER BY id`);
  expect(audit.map((row) => (row as { reason: string }).reason)).toEqual([
    "hook could not be told: HOOK_URL is not set",
    "told hook",
  ]);
  expect(JSON.stringify(audit)).not.toContain("secret-path");
}, 30_000);

test("what a program wrote is recorded without the secrets of its environment", async () => {
  const store = await ended([{ name: "sh", kind: "command", command: ["sh", "-c", "echo no $MY_TOKEN >&2; exit 3"] }]);
  const env = { PATH: process.env["PATH"], MY_TOKEN: "hunter2hunter2" };
  expect(await tell(store, 2, env)).toMatchObject([{ error: "sh ended with exit 3: no [REDACTED]" }]);
});

test("what a person ended is told to nobody", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { notify: [{ name: "sh", kind: "command", command: ["false"] }] } });
  await operate(store, place, "abort", { at: at(1), actor: "ada", reason: "r" });
  expect(await tell(store, 2)).toEqual([]);
});

test.each([["pause", "paused"], ["tell", "progressing"]] as const)("harm that is there to %s is told once", async (onHarm, phase) => {
  const { got, url } = await receiver();
  const store = await openTestStore();
  const guardrail = { tolerance: 0, margin: 0.03, mde: 0.05, prior: 0.95, floor: null };
  const guardrails = [{ ...guardrail, name: "success" as const, required: true }, { ...guardrail, name: "safety" as const, required: false, onHarm }];
  await startedRollout(store, { plan: { steps: [0.5, 1], guardrails, critical: [], notify: [{ name: "hook", kind: "webhook", urlEnv: "HOOK_URL" }] } });
  const report = async (minutes: number) => {
    const lines = Array.from({ length: 80 }, (_, i) => {
      return { target: place.target, version: i % 2 === 0 ? "v1" : "v2", unit: `u${minutes}-${i}`, success: true, safe: i % 2 === 0, at: at(minutes) };
    });
    await recorderFor(store).record(place.environment, lines, new Date(at(minutes)));
    await advance(store, place, turnBy(store, at(minutes)));
    return tell(store, minutes, { HOOK_URL: url });
  };
  expect(await report(1)).toMatchObject([{ channel: "hook", sent: true }]);
  expect(await report(2)).toEqual([]);
  expect(got.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { phase, serves: null, reason: expect.stringMatching(new RegExp(`^safety: .*onHarm: ${onHarm}`)) as string },
  ]);
}); // prettier-ignore
