import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { agentops } from "../../../testing/project.ts";
import { releaseProject } from "../../../testing/release-project.ts";
import { newStoreAddress } from "../../../testing/store.ts";

const T = "prompts/support-triage";
let dir = "";
let env: NodeJS.ProcessEnv = {};
beforeAll(async () => {
  dir = await releaseProject();
  const store = await newStoreAddress();
  env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
});
const run = (args: string, more: NodeJS.ProcessEnv = env) => agentops(dir, args.split(" "), more);
const logOf = async (more?: NodeJS.ProcessEnv) => JSON.parse((await run(`log ${T} --json`, more)).stdout).versions;

test("without a store log and show say what git knows, and leave none behind", async () => {
  const none = { AGENTOPS_STORE: join(dir, "none/state.db") };
  const [v2, v1] = await logOf(none);
  expect([v2.version, v2.evidence, v2.served, v1.evidence]).toEqual(["v2", null, null, null]);
  const text = await run(`log ${T}`, none);
  expect([text.code, text.stderr, text.stdout.split("\n").length]).toEqual([0, "", 3]);
  expect((await run(`show ${T}@v1`, none)).stdout).not.toMatch(/^(evidence|served)/m);
  expect(existsSync(join(dir, "none"))).toBe(false);
});

test("each version says what its evidence says, and where it is served", async () => {
  await run(`promote ${T}@v1`);
  const partly = await run(`eval support-triage --target ${T}@v1 --sample 20 --json`);
  expect((await logOf())[1].evidence).toMatchObject([{ partial: true, cases: 20 }]);
  const whole = JSON.parse((await run(`eval support-triage --target ${T}@v1 --json`)).stdout).runs[0];
  await run(`eval support-triage --target ${T}@v1 --sample 21 --json`);
  await run(`canary start ${T}@v2 --steps 0.2,1 --unobserved`);
  const [v2, v1] = await logOf();
  const { estimate, ci95 } = whole.metrics.successRate;
  expect(v1.evidence, "of all cases before a newer one of a part").toEqual([
    {
      ...{ suite: "support-triage", model: "offline/stand-in-v1", run: whole.id, at: expect.stringMatching(/Z$/) },
      ...{ cases: 85, trials: 1, errors: 0, partial: false, successRate: { estimate, ci95 } },
      ...{ p95LatencyMs: whole.metrics.latencyMs.p95, latencySimulated: true, costPerTaskUsd: null },
    },
  ]);
  expect(JSON.parse(partly.stdout).runs[0].id).not.toBe(whole.id);
  expect([v2.evidence, v2.served]).toEqual([
    [],
    [{ environment: "production", as: "candidate", weight: 0.2, killed: false }],
  ]);
  expect(v1.served).toEqual([{ environment: "production", as: "stable", weight: 0.8, killed: false }]);
  const lines = (await run(`log ${T}`)).stdout.split("\n");
  expect(lines[1]).toMatch(/^v2 /);
  expect(lines.slice(2, 4)).toEqual(["    no complete run", "    served production: candidate, 20 %"]);
  expect(lines[5]).toMatch(
    /^ {4}support-triage on offline\/stand-in-v1: success \d\d\.\d+ % \[.*%\], p95 \d+ ms \(simulated\), no cost \(stand-in\); 85 cases × 1, run /,
  );
  const shown = JSON.parse((await run(`show ${T}@v1 --json`)).stdout);
  expect([shown.evidence, shown.served]).toEqual([v1.evidence, v1.served]);
  expect((await run(`show ${T}@v2`)).stdout).toMatch(/^served +production: candidate, 20 %$/m);
});

test("what is killed is not served", async () => {
  await run(`kill ${T} --reason no`);
  expect((await logOf())[0].served).toEqual([{ environment: "production", as: "candidate", weight: 0, killed: true }]);
});

test("a store that cannot be read is a warning, and the versions are there", async () => {
  const file = join(dir, "broken/state.db");
  mkdirSync(join(dir, "broken"));
  writeFileSync(file, "no database, and long enough to be taken for a broken one".repeat(40));
  const { code, stdout, stderr } = await run(`log ${T} --json`, { AGENTOPS_STORE: file });
  expect([code, JSON.parse(stdout).versions[0].evidence]).toEqual([0, null]);
  expect(stderr).toContain("warning: runs cannot be read: ");
  expect(stderr).toContain("warning: what is served cannot be read: ");
});
