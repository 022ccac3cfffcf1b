import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPO } from "./testing/project.ts";
import { ELSEWHERE, followReadme } from "./testing/readme.ts";

test("every command of the README prints what the README says", { timeout: 180_000 }, async () => {
  expect(await followReadme()).toBeGreaterThan(10);
  const ci = readFileSync(join(REPO, ".ci", "run"), "utf8");
  for (const command of ["npm ci", "npx agentops eval", ...ELSEWHERE]) expect(ci).toContain(command);
});
