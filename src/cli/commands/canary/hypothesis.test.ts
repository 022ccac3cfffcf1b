import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadProject } from "../../../core/project.ts";
import { publish } from "../../../registry/publish/publish.ts";
import { rolloutSchema } from "../../../rollout/schema.ts";
import { agentops, cleanEnv, put, sampleRepository } from "../../../testing/project.ts";
import { newStoreAddress } from "../../../testing/store.ts";

const TARGET = "prompts/support-triage";
const AGENT = "agents/refund-desk";
const FORCED = ["--override", "--reason", "a test", "--actor", "ada"];
const APART = `agentops eval SUITE --factorial --control ${TARGET}@v1 --target ${TARGET}@v3`;

let dir: string;
let env: NodeJS.ProcessEnv;
const run = (...args: string[]) => agentops(dir, args, env);

/** v2 has other words, v3 other words than v1 and another model; the agent's v2 another model and another tool. */
beforeAll(async () => {
  dir = await sampleRepository();
  const change = async (address: string, edit: (text: string) => string) => {
    const file = `${address}.${address.startsWith("agents/") ? "agent" : "prompt"}.yml`;
    put(dir, file, edit(readFileSync(join(dir, file), "utf8")));
    const project = await loadProject({ cwd: dir, env: cleanEnv() });
    await publish(project, { names: [address], push: false });
  };
  await change(TARGET, (text) => text);
  await change(TARGET, (text) => text.replace("log in", "log on"));
  await change(TARGET, (text) => text.replace(/^model: .*$/m, "model: offline/stand-in-v2"));
  await change(AGENT, (text) => text);
  const another = (text: string) => text.replace(/^prompt: /m, "model: offline/stand-in-v2\nprompt: ");
  await change(AGENT, (text) => another(text).replace("Reads an order.", "Reads one order."));
});

beforeEach(async () => {
  env = { AGENTOPS_STORE: (await newStoreAddress()).location };
});

describe("a hypothesis", () => {
  test("is kept with the rollout, and said by start, status and history", async () => {
    await run("promote", `${TARGET}@v1`, ...FORCED);
    const claim = 'routes "log on" tickets\nto account more often';
    const started = await run("canary", "start", `${TARGET}@v2`, ...FORCED, "--hypothesis", `  ${claim} `, "--json");
    const document = rolloutSchema.parse(JSON.parse(started.stdout));
    expect(document).toMatchObject({ hypothesis: claim, changedTogether: [], plan: { hypothesis: claim } });
    const status = (await run("canary", "status", TARGET)).stdout;
    expect(status).toContain('hypothesis: routes "log on" tickets to account more often');
    expect(status).not.toContain("changed together");
    await run("canary", "pause", TARGET, "--actor", "ada");
    const { events } = JSON.parse((await run("history", TARGET, "--json")).stdout);
    expect(events.map((e: { action: string; hypothesis: unknown }) => [e.action, e.hypothesis])).toEqual([
      ["rollout.pause", null],
      ["rollout.start", claim],
      ["promote", null],
    ]);
    expect((await run("history", TARGET)).stdout).toContain('(hypothesis: routes "log on" tickets to account');
    expect((await run("canary", "status", TARGET, "--replay")).code).toBe(0);
  });

  test.each<[string, string[], RegExp]>([
    ["empty", ["start", `${TARGET}@v2`, "--hypothesis", "  "], /--hypothesis needs a text/],
    ["a book", ["start", `${TARGET}@v2`, "--hypothesis", "x".repeat(1001)], /at most 1000 characters, not 1001/],
    ["of another action", ["abort", TARGET, "--hypothesis", "x"], /canary abort takes no --hypothesis/],
  ])("%s is misuse", async (_name, args, message) => {
    const { code, stderr } = await run("canary", ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("one change at a time", () => {
  test("prompt and model at once: start and status say so, and what tells them apart", async () => {
    await run("promote", `${TARGET}@v1`, ...FORCED);
    const started = await run("canary", "start", `${TARGET}@v3`, ...FORCED);
    expect(started.code).toBe(0);
    for (const { stdout } of [started, await run("canary", "status", TARGET)]) {
      const words = stdout.replace(/\s+/g, " ");
      expect(words).toContain(`prompt and model changed together, so a difference may be the doing of either: ${APART} tells them apart`); // prettier-ignore
    }
    const { changedTogether } = JSON.parse((await run("canary", "status", TARGET, "--json")).stdout);
    expect(changedTogether).toEqual(["prompt", "model"]);
  });

  test("of an agent, whose own model goes before its prompt's", async () => {
    await run("promote", `${AGENT}@v1`, ...FORCED);
    const started = await run("canary", "start", `${AGENT}@v2`, ...FORCED, "--json");
    expect(JSON.parse(started.stdout)).toMatchObject({ changedTogether: ["model", "tools"] });
  });
});

test("diff says it of two versions nobody ran, and of two runs", async () => {
  const bare = await run("diff", `${TARGET}@v1`, `${TARGET}@v3`);
  expect(bare.stdout).toContain(`note: prompt and model changed together, so a difference may be the doing of either: ${APART}`); // prettier-ignore
  for (const version of ["v1", "v3"])
    await run("eval", "support-triage", "--target", `${TARGET}@${version}`, "--sample", "5");
  const ran = JSON.parse((await run("diff", "latest~1", "latest", "--json")).stdout);
  expect(ran.changedTogether).toEqual(["prompt", "model"]);
  expect(ran.notes.join()).toContain(APART.replace("SUITE", "support-triage"));
  const one = JSON.parse((await run("diff", `${TARGET}@v1`, `${TARGET}@v2`, "--json")).stdout);
  expect(one.changedTogether).toEqual([]);
});
