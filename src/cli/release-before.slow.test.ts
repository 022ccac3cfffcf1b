import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { fileAddress } from "../state/address.ts";
import { cleanEnv, REPO, tempProject } from "../testing/project.ts";
import { agentops } from "../testing/project.ts";
import { done, outcomeOf, releaseProject, rolloutIn, TARGET } from "../testing/release-project.ts";
import { halfDone } from "../testing/release-check.ts";
import { withStore } from "../testing/store.ts";

/** The last commit before a store had two engines; a clone without its history cannot build it. */
const BEFORE = "5fa1b0f37880c631bfbea0ace38eee3946116209";

const there = await execa("git", ["cat-file", "-e", `${BEFORE}^{commit}`], { cwd: REPO, reject: false });

describe.skipIf(there.exitCode !== 0)(
  "a process of the release before, beside a store that this one has migrated",
  () => {
    let old: string;
    beforeAll(async () => {
      old = join(tempProject(), "package");
      mkdirSync(old);
      await execa("sh", ["-c", `git -C '${REPO}' archive ${BEFORE} | tar -x -C '${old}'`]);
      symlinkSync(join(REPO, "node_modules"), join(old, "node_modules"));
      await execa("npm", ["run", "build:js"], { cwd: old });
      const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--json"], { cwd: old });
      const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
      // As npm installs it: the tarball's files alone, and its dependencies beside them.
      const installed = join(tempProject(), "node_modules");
      mkdirSync(installed);
      await execa("tar", ["-xzf", join(old, filename), "-C", installed]);
      symlinkSync(join(REPO, "node_modules"), join(installed, "package", "node_modules"));
      old = join(installed, "package");
    });

    test("resolves, observes, is stopped, kills and rolls back; what it does is seen here, and nothing is half done", async () => {
      const dir = await releaseProject();
      const store = join(tempProject(), "state.db");
      await done(dir, store, "promote", `${TARGET}@v1`);
      await done(dir, store, "canary", "start", `${TARGET}@v2`, "--unobserved", "--fast");
      const env = cleanEnv({ AGENTOPS_STORE: store, AGENTOPS_ENV: "production" });
      const code = `
      const { AgentOps } = await import(${JSON.stringify(join(old, "dist", "sdk", "index.js"))});
      const ops = new AgentOps();
      let n = 0;
      for (let i = 0; i < 500; i++) {
        const { served, value } = ops.resolve("${TARGET}", { unit: "u" + i });
        if (value === null) throw new Error("nothing is served");
        ops.observe({ ...served, success: true, latencyMs: 100, safe: true });
      }
      if (!ops.flush()) throw new Error(JSON.stringify(ops.stats()));
      console.log(JSON.stringify(ops.stats()));
      const alive = setInterval(() => {}, 1000);
      await new Promise((killed) => ops.signal("${TARGET}").addEventListener("abort", killed));
      clearInterval(alive);
      console.log("killed");
      ops.close();`;
      const agent = execa(process.execPath, ["--input-type=module", "-e", code], { cwd: dir, env, extendEnv: false });
      await new Promise((line) => agent.stdout.once("data", line));
      await done(dir, store, "canary", "advance", TARGET);
      await done(dir, store, "kill", TARGET, "--reason", "from here", "--env", "production");
      expect((await agent).stdout).toMatch(/"recorded":500[^]*killed$/);
      const before = (...args: string[]) => execa(process.execPath, [join(old, "bin", "agentops.js"), ...args], { cwd: dir, env, extendEnv: false, reject: false }); // prettier-ignore
      expect((await before("status")).exitCode).toBe(5);
      expect(await before("revive", TARGET, "--reason", "from before", "--env", "production")).toMatchObject({
        exitCode: 0,
      });
      expect(await before("kill", "agents/x", "--reason", "from before", "--env", "production")).toMatchObject({
        exitCode: 0,
      });
      // It knows no floor that is capped below the control, so it finds other evidence, and says so; this release finds the same.
      expect(await before("canary", "status", TARGET, "--replay")).toMatchObject({ exitCode: 1 });
      expect((await agentops(dir, ["canary", "status", TARGET, "--replay"], { AGENTOPS_STORE: store })).code).toBe(0);
      expect((await before("rollback", TARGET)).exitCode).toBe(0);
      const status = await agentops(dir, ["status", "--env", "production", "--json"], { AGENTOPS_STORE: store });
      expect([status.code, JSON.parse(status.stdout).environments[0].killed]).toMatchObject([5, [{ target: "agents/x", reason: "from before" }]]); // prettier-ignore
      await withStore(fileAddress(store), async (open) => {
        expect(await halfDone(open)).toEqual([]);
        expect(await outcomeOf(open)).toMatchObject({ state: { phase: "rolled-back" }, stable: "v1" });
        expect((await rolloutIn(open)).evidence).toBeDefined();
        const { value } = (await open.db.selectFrom("revision").select("value").executeTakeFirst())!;
        expect(value, "its events count as well").toBe(await open.value("SELECT COUNT(*) FROM auditEvents"));
      });
      const check = await agentops(dir, ["store", "check", "--json"], { AGENTOPS_STORE: store });
      expect([check.code, JSON.parse(check.stdout).events]).toMatchObject([0, { unsealed: 3, brokenAt: null }]);
    });
  },
);
