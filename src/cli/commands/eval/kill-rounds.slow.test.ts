import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { binary, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { chatAnswer, json, startProvider } from "../../../testing/provider.ts";
import { seeded } from "../../../testing/seeded.ts";

/** More, where somebody wants to know better: 200 take ten minutes. */
const ROUNDS = Number(process.env["KILL_ROUNDS"] ?? 15);
const CASES = 300;
const ENV = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };

function project(baseUrl: string): string {
  const line = (_: unknown, i: number) => JSON.stringify({ id: `c${i}`, vars: { q: `${i}` }, expected: "yes" });
  return tempProject({
    "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${baseUrl}" } }\nlimits: { concurrency: 8, retries: 0 }\n`,
    "prompts/p.prompt.yml": `name: p\nmodel: openai/gpt-4o-2024-08-06\nmessages: [{ role: user, content: "{{q}}" }]\n`,
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ndataset: d.jsonl\ntrials: 2\nscorers: [{ type: equals }]\n`,
    "evals/d.jsonl": Array.from({ length: CASES }, line).join("\n"),
  });
}

/** All but names and clocks. */
function comparable(stdout: string) {
  const [run] = JSON.parse(stdout).runs;
  return { ...run, id: "", metrics: { ...run.metrics, latencyMs: null } };
}

test(`kill -9 at ${ROUNDS} random moments, and again in the resume: the result is that of a run that nobody killed`, async () => {
  const provider = await startProvider(async ({ body }, response) => {
    const n = Number(body.messages.at(-1).content);
    await sleep(3);
    if (n % 40 === 7) json(response, 400, { error: { message: "refused", type: "invalid_request_error" } });
    else chatAnswer(response, n % 10 === 3 ? "no" : "yes", body.model);
  });
  try {
    const whole = comparable((await binary(project(provider.baseUrl), ["eval", "--json"], ENV)).stdout);
    const random = seeded(7);
    const killed = async (dir: string, args: string[]) => {
      const child = spawnAgentops(dir, args, ENV);
      const from = provider.calls.length;
      const after = Math.ceil(500 * random());
      for (let waited = 0; provider.calls.length < from + after && waited < 4000; waited += 2) await sleep(2);
      await sleep(30 * random());
      child.kill("SIGKILL");
      await child;
    };
    let under = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const dir = project(provider.baseUrl);
      await killed(dir, ["eval", "--json"]);
      const listed = await binary(dir, ["runs", "--json"], ENV);
      const [run] = listed.code === 0 ? JSON.parse(listed.stdout).runs : [];
      if (run?.status === "running") {
        under += 1;
        await killed(dir, ["eval", "--resume", run.id]);
      }
      const again = run === undefined ? ["eval", "--json"] : ["eval", "--resume", run.id, "--json"];
      expect(comparable((await binary(dir, again, ENV)).stdout), `round ${round}`).toEqual(whole);
      rmSync(dir, { recursive: true });
    }
    expect(under, "that were killed under way").toBeGreaterThan(ROUNDS / 2);
  } finally {
    await provider.close();
  }
}, 3_600_000);
