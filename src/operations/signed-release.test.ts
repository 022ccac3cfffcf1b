import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { reasonText } from "../report/rollout/reasons.ts";
import { systemClock } from "../core/clock.ts";
import { publish } from "../registry/publish/publish.ts";
import {
  CONFIG,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  tempFolder,
} from "../registry/temp-project.testing.ts";
import { promote } from "./promote.ts";
import { openTestRuns, openTestStore } from "../testing/store.ts";

afterAll(removeFolders);

const POLICY = "policy: { production: { signed: true, evidence: false, override: false } }\n";

async function newKey(): Promise<string> {
  const key = join(await tempFolder(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  return key;
}

test("where the policy asks for it, a version that an allowed signer signed is released, and no other one", async () => {
  const files = { "agentops.config.yaml": `${CONFIG}${POLICY}`, "prompts/triage.prompt.yml": promptText("triage") };
  const temp = await gitProject(files);
  const [own, other] = [await newKey(), await newKey()];
  await publish(temp.project, {});
  await temp.git("config", "gpg.format", "ssh");
  for (const [key, word] of [
    [own, "signed"],
    [other, "by a stranger"],
  ] as const) {
    await temp.git("config", "user.signingkey", `${key}.pub`);
    await temp.write("prompts/triage.prompt.yml", `${promptText("triage")}description: ${word}\n`);
    await publish(temp.project, { sign: true });
  }
  await temp.write(".agentops/allowed_signers", `ada@example.com ${await readFile(`${own}.pub`, "utf8")}`);
  const { project } = await projectIn(temp.root);
  const context = { project, store: await openTestStore(), runs: openTestRuns(), clock: systemClock };
  const up = (ref: string) =>
    promote(
      { ...context, say: reasonText },
      { ref, environment: "production", actor: "bob", reason: "x", override: true },
    );
  // Whoever promotes could have written it a moment ago.
  await expect(up("triage@v2")).rejects.toMatchObject({
    code: "POLICY_REFUSED",
    message: expect.stringMatching(/signed: .*allowed_signers of main does not list/) as string,
  });
  await temp.git("add", ".agentops/allowed_signers");
  await temp.git("commit", "-q", "-m", "Who signs");
  await expect(up("triage@v1")).rejects.toMatchObject({
    code: "POLICY_REFUSED",
    message: expect.stringMatching(/signed: .*not signed/) as string,
  });
  await expect(up("triage@v3")).rejects.toMatchObject({
    code: "POLICY_REFUSED",
    message: expect.stringMatching(/signed: .*does not list/) as string,
  });
  expect(await up("triage@v2")).toMatchObject({ version: "v2", overridden: [], changed: true });
});
