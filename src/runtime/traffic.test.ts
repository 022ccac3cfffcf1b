import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { insertRelease, insertStable } from "../serving/serving.store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { cleanEnv, REPO } from "../testing/project.ts";
import { openTestStore } from "../testing/store.ts";

const target = "prompts/support-triage";
const at = "2026-11-21T10:00:00.000Z";

test("fixtures/traffic.mjs: every request is answered by the served prompt, and every outcome is in the store", async () => {
  const store = await openTestStore();
  const content = JSON.stringify(parse(readFileSync(join(REPO, "prompts", "support-triage.prompt.yml"), "utf8")));
  const by = { actor: "ada", reason: "first", at };
  const place = { environment: "production", target };
  await store.inTransaction(async (tx) => {
    await insertRelease(tx, { target, version: "v1", digest: "d", content, gitCommit: "c", publishedBy: "ada", publishedAt: at, releasedAt: at }); // prettier-ignore
    const auditEvent = await appendAuditEvent(tx, { ...by, ...place, action: "promote", before: null, after: null });
    await insertStable(tx, { ...by, ...place, version: "v1", how: "promote", rollout: null, auditEvent });
  });
  const script = join(REPO, "fixtures", "traffic.mjs");
  const { stdout, stderr } = await execa(process.execPath, [script, target, "--requests", "600", "--store", store.address.location], { env: cleanEnv({ AGENTOPS_MARKERS: store.address.markers ?? "" }), extendEnv: false }); // prettier-ignore
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^served v1 600 \(9[5-8]\.\d % ok\)$/), ""]);
  expect(await store.rows("SELECT SUM(n) AS n, COUNT(DISTINCT version) AS versions FROM outcomes")).toEqual([
    { n: 600, versions: 1 },
  ]);
});
