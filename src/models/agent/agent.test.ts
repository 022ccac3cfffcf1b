import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { ModelProvider } from "../../core/config.schema.ts";
import type { Project } from "../../core/project.ts";
import { redactor } from "../../core/redact.ts";
import type { ModelClient } from "../client/client.ts";
import { createModelClient, type ModelClientOptions } from "../create.ts";

const SECRET = "agent-secret-123456";
const open: ModelClient[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((c) => c.close()));
});

const HEAD = `const rl = require("node:readline").createInterface({ input: process.stdin });
const say = (o) => process.stdout.write(JSON.stringify(o) + "\\n");
rl.on("line", (l) => on(JSON.parse(l)));\n`;

/** A folder with bot.js and a client for it. */
async function agent(body: string, options: Omit<Partial<ModelClientOptions>, "env"> & { env?: string[] } = {}) {
  const root = mkdtempSync(join(tmpdir(), "agent with spaces é "));
  writeFileSync(join(root, "bot.js"), HEAD + body);
  const client = await clientFor(
    { kind: "exec", command: [process.execPath, "bot.js"], ...(options.env ? { env: options.env } : {}) },
    root,
    options,
  );
  return { client, root };
}

async function clientFor(provider: ModelProvider, root: string, options: object = {}): Promise<ModelClient> {
  const env = { PATH: process.env["PATH"], HOME: "/home", MINE: "yes", SECRET };
  const config = { project: "p", models: { bot: provider } };
  const project: Project = { root, configFile: "", config, environment: "x", env, redact: redactor([SECRET]) };
  const base = { clock: systemClock, random: () => 0, warn: () => undefined };
  const client = await createModelClient(project, "bot/v1", { ...base, ...options, env });
  open.push(client);
  return client;
}

const request = {
  messages: [{ role: "user" as const, content: "hi" }],
  parameters: { temperature: 0 },
  vars: { ticket: "T1" },
  tools: [{ name: "look", inputSchema: { type: "object" } }],
};
const ask = (client: ModelClient, caseId = "c1", trial = 0) =>
  client.generate(request, { caseId, trial, signal: new AbortController().signal });
const failing = (client: ModelClient, caseId?: string) =>
  ask(client, caseId).then(
    (r) => expect.fail(JSON.stringify(r)),
    (e: unknown) => e,
  );
const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("an agent process", () => {
  it("gets the case, messages, vars, parameters and tools, and answers with usage, cost and calls", async () => {
    const { client } = await agent(`const on = (q) => say({ id: q.id, output: q, usage: { input: 3, output: 2 },
      costUsd: 0.01, model: "bot-7", finishReason: "stop", toolCalls: [{ name: "look", args: { a: 1 } }] });`);
    const result = await ask(client, "case-9", 2);
    expect(result).toMatchObject({
      output: { case: "case-9", trial: 2, ...request },
      toolCalls: [{ name: "look", arguments: { a: 1 } }],
      tokens: { input: 3, output: 2, cached: null },
      costUsd: 0.01,
      answeredBy: "bot-7",
      finishReason: "stop",
      attempts: 1,
    });
    expect(client).toMatchObject({ kind: "exec", cacheable: false, remote: true });
  });

  it("is kept alive from one request to the next", async () => {
    const { client } = await agent(`let n = 0; const on = (q) => say({ id: q.id, output: [process.pid, ++n] });`);
    const [pid] = (await ask(client)).output as number[];
    expect((await ask(client)).output).toEqual([pid, 2]);
  });

  it("runs as many times as calls are allowed at once, and no more", async () => {
    const { client } = await agent(`const on = (q) => setTimeout(() => say({ id: q.id, output: process.pid }), 150);`, {
      concurrency: 3,
    });
    const results = await Promise.all(Array.from({ length: 9 }, (_, i) => ask(client, `c${i}`)));
    expect(new Set(results.map((r) => r.output)).size).toBe(3);
  });

  it("that dies is an error of that trial with its code and what it wrote, and is started again", async () => {
    const { client } = await agent(
      `const on = (q) => { if (q.case === "bad") {
      console.error("Traceback: key " + process.env.SECRET); process.exit(3); } say({ id: q.id, output: "ok" }); };`,
      {
        env: ["SECRET"],
      },
    );
    await ask(client);
    const error = await failing(client, "bad");
    expect(error).toMatchObject({ kind: "server", attempts: 1 });
    expect((error as Error).message).toContain("agent process exited with code 3");
    expect((error as Error).message).toContain("Traceback: key [REDACTED]");
    expect((await ask(client)).output).toBe("ok");
  });

  it("that leaves after each answer is simply started again", async () => {
    const { client } = await agent(`const on = (q) => { say({ id: q.id, output: "ok" }); process.exit(0); };`);
    for (let i = 0; i < 4; i++) expect((await ask(client)).output).toBe("ok");
  });

  it("that takes too long is killed together with its children", async () => {
    const { client, root } = await agent(
      `const { spawn } = require("node:child_process");
      const on = () => { process.on("SIGTERM", () => {});
        const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
        require("node:fs").writeFileSync("pids", process.pid + " " + child.pid); };`,
      { timeoutMs: 1500 },
    );
    expect(await failing(client)).toMatchObject({ kind: "timeout" });
    const pids = readFileSync(join(root, "pids"), "utf8").split(" ").map(Number);
    for (let i = 0; i < 100 && pids.some(runs); i++) await sleep(50);
    expect(pids.filter(runs)).toEqual([]);
  });

  it("is gone after close", async () => {
    const { client } = await agent(`const on = (q) => say({ id: q.id, output: process.pid });`);
    const pid = (await ask(client)).output as number;
    await client.close();
    for (let i = 0; i < 50 && runs(pid); i++) await sleep(20);
    expect(runs(pid)).toBe(false);
  });

  it("sees only the environment it is given", async () => {
    const { client } = await agent(`const on = (q) => say({ id: q.id, output: Object.keys(process.env).sort() });`, {
      env: ["MINE"],
    });
    expect((await ask(client)).output).toEqual(["HOME", "MINE", "PATH"]);
  });

  it.each([`output: ""`, `output: null`, `output: "", finishReason: "stop"`])(
    "may answer with nothing: %s",
    async (said) => {
      const { client } = await agent(`const on = (q) => say({ id: q.id, ${said} });`);
      expect(await ask(client)).toMatchObject({ output: "", toolCalls: [] });
    },
  );

  it.each([
    ["a line that is no JSON", `const on = () => console.log("Loading model…");`, "bad-response", "Loading model"],
    ["another id", `const on = () => say({ id: "99", output: 1 });`, "bad-response", '"99"'],
    ["no output", `const on = (q) => say({ id: q.id });`, "bad-response", "neither"],
    ["a list", `const on = (q) => say([1]);`, "bad-response", "no JSON object"],
    ["an error", `const on = (q) => say({ id: q.id, error: "tool down" });`, "server", "tool down"],
    ["a syntax error at the start", `}`, "server", "SyntaxError"],
  ])("that answers with %s is an error that says so", async (_title, body, kind, says) => {
    const { client } = await agent(body);
    const error = await failing(client);
    expect(error).toMatchObject({ kind });
    expect((error as Error).message).toContain(says);
  });

  it("whose program does not exist is not found", async () => {
    const client = await clientFor({ kind: "exec", command: ["no-such-program-here"] }, tmpdir());
    const error = await failing(client);
    expect(error).toMatchObject({ kind: "not-found" });
    expect((error as Error).message).toContain("no-such-program-here");
  });
});

describe("an agent behind a URL", () => {
  it("gets the same JSON with its key, is retried, and answers the same way", async () => {
    const bodies: any[] = [];
    const server = createServer((q, r) => {
      let text = "";
      q.on("data", (d) => (text += d)).on("end", () => {
        bodies.push({ ...JSON.parse(text), auth: q.headers.authorization });
        if (bodies.length === 1) r.writeHead(503, { "retry-after-ms": "10" }).end("busy");
        else r.end(bodies.length === 2 ? JSON.stringify({ output: "ok", usage: { input: 1, output: 1 } }) : "<html>");
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/run`;
    const client = await clientFor({ kind: "http", url, apiKeyEnv: "SECRET" }, "/");
    const result = await ask(client);
    expect(result).toMatchObject({ output: "ok", attempts: 2, costUsd: null });
    expect(bodies[1]).toMatchObject({ case: "c1", trial: 0, ...request, auth: `Bearer ${SECRET}` });
    expect(client.cacheable).toBe(false);
    expect(await failing(client)).toMatchObject({ kind: "bad-response" });
    server.closeAllConnections();
    server.close();
  });
});
