import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { cleanEnv, put, REPO, tempProject } from "../testing/project.ts";

/** The package as npm leaves it where the driver's install script did not run; the driver's folder is another one's to fill. */
function installed(): { root: string; driver: string } {
  const root = tempProject();
  const own = join(root, "node_modules", "agentops");
  for (const part of ["bin", "dist/bin", "package.json", "schemas"])
    cpSync(join(REPO, part), join(own, part), { recursive: true });
  for (const name of readdirSync(join(REPO, "node_modules"))) {
    if (name !== "better-sqlite3" && !name.startsWith("."))
      symlinkSync(join(REPO, "node_modules", name), join(root, "node_modules", name));
  }
  const driver = join(root, "node_modules", "better-sqlite3");
  mkdirSync(driver);
  for (const part of ["package.json", "lib"])
    cpSync(join(REPO, "node_modules", "better-sqlite3", part), join(driver, part), { recursive: true });
  return { root, driver };
}

test("without the driver's binary each command says so in a line, and the command that builds it", async () => {
  const { root, driver } = installed();
  const run = async (...args: string[]) =>
    execa(process.execPath, [join(root, "node_modules/agentops/bin/agentops.js"), ...args], {
      cwd: root,
      env: cleanEnv(),
      extendEnv: false,
      reject: false,
    });
  const listed = await run("runs");
  const way = `cd ${JSON.stringify(root)} && npm rebuild better-sqlite3 --ignore-scripts=false`;
  expect(listed.exitCode, listed.stderr).toBe(2);
  expect(listed.stderr).toContain("cannot load better-sqlite3: its binary is not there: npm did not run its install script [STORE_REFUSED]"); // prettier-ignore
  expect(listed.stderr).toContain(`hint: ${way}`);
  expect(listed.stderr.split("\n").length).toBeLessThan(4);
  const { stdout } = await run("doctor", "--json");
  const drivers = JSON.parse(stdout).checks.find((check: { name: string }) => check.name === "drivers");
  expect(JSON.stringify(drivers)).toContain("npm rebuild better-sqlite3");
  const killed = await run("kill", "prompts/x", "why", "--unknown", "--env", "production");
  expect([killed.exitCode, killed.stdout]).toEqual([expect.any(Number), expect.stringMatching(/killed prompts\/x in production/)]); // prettier-ignore
  expect(killed.stdout + killed.stderr).not.toContain("→");
  // A binary that Node cannot load is told from one that is not there.
  put(driver, "build/Release/better_sqlite3.node", "no library");
  expect((await run("runs")).stderr).toMatch(/cannot load better-sqlite3: (?!its binary is not there)/);
});
