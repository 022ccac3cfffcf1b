import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { cleanEnv, REPO, tempProject } from "../../testing/project.ts";
import { startedRollout } from "../../testing/rollout.ts";
import { openTestStore } from "../../testing/store.ts";

/** An agent whose candidate does harm, until it was told of the end that its own thread made; then it ends. */
const AGENT = `
const { AgentOps } = await import(process.env.SDK);
const { existsSync } = await import("node:fs");
const ops = new AgentOps(JSON.parse(process.env.OPTIONS));
for (let i = 0; !existsSync(process.env.PID); i++) {
  const { served, version } = ops.resolve("prompts/x", { unit: "u" + i });
  ops.observe({ ...served, success: version === "v1" });
  if (i % 50 === 0) await new Promise((done) => setTimeout(done, 10));
}
if (process.env.CLOSE) ops.close();
process.exit(0);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.each(["close", ""])(
  "a channel's program that hangs does not outlive the agent that told it (%s)",
  async (close) => {
    const [store, dir] = [await openTestStore(), tempProject()];
    const pid = join(dir, "pid");
    const hang = {
      name: "hang",
      kind: "command" as const,
      command: ["sh", "-c", `echo $$ > ${JSON.stringify(pid)}; exec sleep 60`],
    };
    await startedRollout(store, {
      at: new Date(Date.now() - 1000).toISOString(),
      plan: { steps: [0.5, 1], notify: [hang] },
    });
    const { location, markers } = store.address;
    await execa(process.execPath, ["--input-type=module", "-e", AGENT], {
      env: cleanEnv({
        SDK: pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href,
        OPTIONS: JSON.stringify({ store: location, ...(markers !== null && { markers }), env: "production" }),
        ...{ PID: pid, CLOSE: close },
      }),
      extendEnv: false,
    });
    expect(existsSync(pid)).toBe(true);
    const text = () => readFileSync(pid, "utf8").trim();
    await expect.poll(text).not.toBe("");
    await expect.poll(() => isAlive(Number(text())), { timeout: 3000 }).toBe(false);
    const told = await store.column(`SELECT reason FROM "auditEvents" WHERE action = 'rollout.notify'`);
    expect(told).toEqual(["hang could not be told: sh was interrupted"]);
  },
);
