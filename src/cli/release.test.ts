import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadProject } from "../core/project.ts";
import { publish } from "../registry/publish/publish.ts";
import { agentops, cleanEnv, put, sampleRepository, tempProject } from "../testing/project.ts";

const TARGET = "prompts/support-triage";
const FORCED = ["--override", "--reason", "incident 12", "--actor", "bob"];

let dir: string;
beforeAll(async () => {
  dir = await sampleRepository();
  const project = await loadProject({ cwd: dir, env: cleanEnv() });
  await publish(project, { names: ["support-triage"], push: false });
  const file = `${TARGET}.prompt.yml`;
  put(dir, file, readFileSync(join(dir, file), "utf8").replace("Route", "Send"));
  await publish(project, { names: ["support-triage"], push: false });
});

describe("releases on the command line", () => {
  test("promote, approve, rollback with a broken config, history", async () => {
    const refused = await agentops(dir, ["promote", `${TARGET}@v1`]);
    expect([refused.code, refused.stdout]).toEqual([5, ""]);
    expect(refused.stderr).toMatch(
      /^ {2}evidence: .* \[POLICY_REFUSED\]\nhint: agentops eval --target .*\n {6}or --override/m,
    );
    const first = await agentops(dir, ["promote", `${TARGET}@v1`, ...FORCED]);
    expect(first.stdout).toMatch(
      /^promoted .*@v1 in production, the first version there\nby bob: .*\noverridden: evidence$/,
    );
    expect((await agentops(dir, ["promote", "support-triage@v1"])).stdout).toContain("nothing was changed");
    const second = await agentops(dir, ["promote", "support-triage", ...FORCED, "--json"]);
    expect(JSON.parse(second.stdout)).toMatchObject({ schema: "agentops.release/1", version: "v2", from: "v1" });
    expect((await agentops(dir, ["approvals", "approve", `${TARGET}@v2`, "--actor", "eve"])).code).toBe(0);
    expect((await agentops(dir, ["approvals", "list", "support-triage"])).stdout).toMatch(/@v2 +production +eve /);
    put(dir, "agentops.config.yaml", "environments: [");
    expect((await agentops(dir, ["promote", `${TARGET}@v1`])).code).toBe(2);
    const back = await agentops(dir, ["rollback", "support-triage", "--actor", "eve"]);
    expect(back.stdout, back.stderr).toBe(
      `rolled back ${TARGET} in production: v1 is served, no longer v2\nby eve: rollback`,
    );
    const history = await agentops(dir, ["history", "support-triage"]);
    const lines = history.stdout.split("\n").map((line) => line.split(/ {2,}/).slice(1).join(" | "));
    expect(lines.slice(2)).toEqual([
      "rollback | v1 | serves v1 | eve | rollback",
      "approve | v2 | eve | approved",
      "promote | v2 | serves v2 | bob | incident 12 (overridden: evidence, rollout)",
      "promote | v1 | serves v1 | bob | incident 12 (overridden: evidence)",
    ]);
  });

  test("two rollbacks at the same moment that name what they leave go back once", async () => {
    const env = { AGENTOPS_STORE: join(tempProject(), "state.db") };
    const config = "project: x\nmodels: { offline: { kind: offline } }\n";
    put(dir, "agentops.config.yaml", config);
    for (const version of ["v1", "v2"]) {
      const run = await agentops(dir, ["promote", `${TARGET}@${version}`, ...FORCED], env);
      expect(run.code, run.stderr).toBe(0);
    }
    const back = () => agentops(dir, ["rollback", TARGET, "--from", "v2"], env);
    const codes = (await Promise.all([back(), back(), back()])).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 5, 5]);
  });

  test.each([
    ["an unknown action", ["approvals", "reject", "x"], "USAGE", "approvals [list [NAME] | approve REF]"],
    ["an approval of nothing", ["approvals", "approve"], "USAGE", "agentops approvals approve support-triage@v7"],
    ["two runs at once", ["runs", "export", "latest", "latest~1"], "USAGE", ""],
    ["an import of nothing", ["runs", "import"], "USAGE", "agentops runs import FILE"],
    ["a file that is not there", ["runs", "import", "x.json"], "FILE_NOT_FOUND", ""],
    ["a rollback where there is no store", ["rollback", "x"], "ARTIFACT_NOT_FOUND", "AGENTOPS_STORE"],
  ])("%s is exit 2 with a way out", async (_, args, code, hint) => {
    const run = await agentops(tempProject(), [...args, "--json"]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    const { error } = JSON.parse(run.stderr);
    expect(error.code).toBe(code);
    if (hint !== "") expect(error.hint).toContain(hint);
  });
});
