import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import {
  ACTION,
  fileInDocs,
  runAction,
  runStep,
  type Step,
  type Values,
  type Workflow,
} from "../../../testing/github-runner.ts";
import { agentops, cleanEnv, git, put, REPO, tempProject } from "../../../testing/project.ts";
import { commitAll, pullRequests } from "../../../testing/repository.ts";

const WORKFLOW: Workflow = fileInDocs(".github/workflows/agentops.yml");
const GITLAB = fileInDocs(".gitlab-ci.yml");

/** A folder of programs that note how they were called, before all others on the PATH. */
function programs(scripts: Record<string, string>): { env: NodeJS.ProcessEnv; dir: string } {
  const dir = tempProject();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(dir, name), `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  return { dir, env: { PATH: `${dir}${delimiter}${process.env["PATH"]}` } };
}

describe("action.yml", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await pullRequests();
  });

  test("interpolates nothing into a script, and names a shell for each", () => {
    for (const { run, shell } of ACTION.runs.steps) {
      expect(run).not.toContain("${{");
      expect(shell).toBe("bash");
    }
  });

  test.each([
    ["worse", 1, "fail", "1", "support-triage", "fail: the candidate is worse, or outside a bound"],
    ["better", 0, "pass", "1", "", undefined],
    ["comment", 0, "pass", "0", "", undefined],
    ["few", 3, "inconclusive", "2", "", "inconclusive: not enough evidence"],
  ])(
    "a pull request that is %s: the job ends with %d and says the verdict",
    async (branch, code, verdict, changed, failed, why) => {
      await git(dir, "checkout", "-q", branch);
      const job = await runAction(dir, { base: "main" });
      expect(job.code).toBe(code);
      expect(job.outputs).toMatchObject({ verdict, changed, "failed-suites": failed, "exit-code": String(code) });
      expect(job.log).toContain(`agentops gate: ${verdict}: `);
      expect(job.summary.split("\n")[0]).toMatch(new RegExp(`^\\*\\*agentops gate: . ${verdict}\\*\\*`, "u"));
      expect(readFileSync(job.outputs["report"]!, "utf8")).toBe(job.summary);
      if (why !== undefined) expect(job.log).toContain(`\n::error title=agentops gate::${why}`);
    },
  );

  test("the base is the pull request's own when none is given", async () => {
    const clone = join(tempProject(), "clone");
    await git(dir, "clone", "-q", "--branch", "worse", dir, clone);
    const job = await runAction(clone, {}, { GITHUB_BASE_REF: "main" });
    expect([job.code, job.outputs["verdict"]]).toEqual([1, "fail"]);
    expect(job.log).toContain(
      "::error file=prompts/support-triage.prompt.yml,line=13,title=agentops gate%3A support-triage fail::",
    );
  });

  test("inputs are arguments", async () => {
    await git(dir, "checkout", "-q", "worse");
    const inputs = { base: "main", trials: "2", "early-stop": "true", args: "  --sample 30\n--concurrency 2 " };
    expect((await runAction(dir, inputs)).code).toBe(1);
    const [run] = JSON.parse((await agentops(dir, ["runs", "--json", "--limit", "1"])).stdout).runs;
    expect(run).toMatchObject({ suite: "support-triage", scored: 60 });
  });

  test.each<[string, Values]>([
    ["base", { base: "$(touch pwned)`touch pwned`; touch pwned" }],
    ["working-directory", { "working-directory": '"; touch pwned; "$(touch pwned)' }],
    ["trials", { trials: "$(touch pwned)" }],
    ["args", { args: "$(touch pwned) `touch pwned` ; touch pwned && touch pwned" }],
    ["args that would be file names", { args: "--sample *" }],
  ])("%s cannot run a command", async (_name, inputs) => {
    const job = await runAction(dir, { base: "main", ...inputs });
    expect(existsSync(join(dir, "pwned"))).toBe(false);
    expect(job.log).not.toContain("agentops.config.yaml: ");
    expect([job.code, job.outputs["verdict"], job.outputs["report"]]).toEqual([2, "", ""]);
    expect(job.log).toContain(
      "::error title=agentops gate::the project, its history or the action's inputs are not in order",
    );
  });

  test("early-stop is true or false, however it is written", async () => {
    await git(dir, "checkout", "-q", "comment");
    const job = await runAction(dir, { base: "main", "early-stop": "yes" });
    expect([job.code, job.outputs["exit-code"], job.summary]).toEqual([2, "2", ""]);
    expect(job.log).toContain("agentops gate: early-stop is true or false, and not: yes");
    expect((await runAction(dir, { base: "main", "early-stop": "TRUE" })).code).toBe(0);
  });

  test("a folder that is no repository is the job's to mend", async () => {
    const job = await runAction(tempProject(), { base: "main" });
    expect([job.code, job.outputs["exit-code"], job.summary]).toEqual([2, "2", ""]);
    expect(job.log).toContain("::error title=agentops gate::the project, its history or the action's inputs are not in order"); // prettier-ignore
  });

  test.each(["1", "2", "3", "4", "5", "70", "130"])("exit %s fails the job with the same code", async (code) => {
    const verdict = ACTION.runs.steps.at(-1)!;
    const ran = await runStep(
      verdict,
      { "steps.gate.outputs.exit-code": code, "steps.gate.outputs.verdict": "" },
      dir,
      {},
    );
    expect(ran.code).toBe(Number(code));
    expect(ran.log).toMatch(/^::error title=agentops gate::\S/);
  });

  test("a checkout without dist is installed where it is, and only then", async () => {
    const action = tempProject();
    mkdirSync(join(action, "bin"));
    symlinkSync(join(REPO, "bin/agentops.js"), join(action, "bin/agentops.js"));
    const { env } = programs({ npm: 'echo "$PWD: $*" >> npm.log; mkdir dist' });
    await git(dir, "checkout", "-q", "comment");
    for (let i = 0; i < 2; i++) {
      const job = await runAction(dir, { base: "main" }, { ...env, GITHUB_ACTION_PATH: action });
      expect(job.code).toBe(0);
    }
    expect(readFileSync(join(action, "npm.log"), "utf8")).toBe(`${action}: ci --include=dev --no-audit --no-fund\n`);
  });

  test("a project in a folder", async () => {
    const mono = tempProject();
    await git(mono, "clone", "-q", dir, join(mono, "services"));
    const job = await runAction(mono, { base: "main", "working-directory": "services" });
    expect(job.code).toBe(2);
    await git(join(mono, "services"), "checkout", "-q", "worse");
    expect((await runAction(mono, { base: "origin/main", "working-directory": "services" })).code).toBe(1);
  });
});

describe("docs/ci.md, GitHub", () => {
  const steps: Step[] = WORKFLOW.jobs["gate"]!.steps;

  test("uses the action's inputs and outputs, and nothing else", () => {
    const gate = steps.find((s) => s.uses?.includes("agentops@"))!;
    for (const name of Object.keys(gate.with!)) expect(Object.keys(ACTION.inputs)).toContain(name);
    for (const [, name] of JSON.stringify(WORKFLOW).matchAll(/steps\.gate\.outputs\.([\w-]+)/g))
      expect(Object.keys(ACTION.outputs)).toContain(name);
    expect(WORKFLOW.on).not.toHaveProperty("pull_request_target");
    expect(WORKFLOW.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(steps[0]!.with).toEqual({ "fetch-depth": 0 });
  });

  test("its shell step posts the report", async () => {
    const dir = await pullRequests();
    await git(dir, "checkout", "-q", "worse");
    const { outputs } = await runAction(dir, { base: "main" });
    const values: Values = {
      "github.token": "t",
      "github.event.pull_request.html_url": "https://x/y/pull/1; touch pwned",
    };
    for (const [name, value] of Object.entries(outputs)) values[`steps.gate.outputs.${name}`] = value;
    const { env } = programs({ gh: 'printf "%s\\n" "$@"; cat "$5"' });
    const shell = steps.filter((s) => s.run !== undefined);
    expect(shell).toHaveLength(1);
    expect(shell[0]!.run).not.toContain("${{");
    const { code, log } = await runStep(shell[0]!, values, dir, env);
    expect(code).toBe(0);
    expect(log.split("\n").slice(0, 7)).toEqual([
      "pr",
      "comment",
      values["github.event.pull_request.html_url"],
      "--body-file",
      outputs["report"],
      "--edit-last",
      "--create-if-none",
    ]);
    expect(log).toContain("**agentops gate: ❌ fail**");
    expect(existsSync(join(dir, "pwned"))).toBe(false);
  });
});

describe("docs/ci.md, GitLab", () => {
  const job = GITLAB["agentops gate"];

  /** A checkout as a runner makes it: commits, and no branch of the target. */
  async function checkout(origin: string, branch: string): Promise<{ dir: string; base: string }> {
    const dir = tempProject();
    await git(dir, "init", "-q");
    await git(dir, "rm", "-q", "--cached", "-r", "--ignore-unmatch", ".");
    await git(dir, "fetch", "-q", origin, branch);
    await git(dir, "checkout", "-q", "-f", "--detach", "FETCH_HEAD");
    return { dir, base: await git(origin, "rev-parse", "main") };
  }

  async function runScript(lines: string[], cwd: string, env: NodeJS.ProcessEnv) {
    const { exitCode, all } = await execa("bash", ["-eo", "pipefail", "-c", lines.join("\n")], {
      cwd,
      env: cleanEnv({ CI: "true", CI_PROJECT_DIR: cwd, ...job.variables, ...env }),
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { code: exitCode, log: all };
  }

  test("fetches the whole history, runs for merge requests, and keeps store and reports", () => {
    expect(job.variables.GIT_DEPTH).toBe("0");
    expect(job.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }]);
    expect(job.artifacts).toMatchObject({ when: "always", reports: { junit: "gate.xml" }, paths: ["gate.md"] });
    expect(job.allow_failure).toEqual({ exit_codes: [3] });
  });

  test("its scripts clone, install, judge and report", async () => {
    const origin = await pullRequests();
    const tool = tempProject({ "package.json": "{}" });
    mkdirSync(join(tool, "bin"));
    symlinkSync(join(REPO, "bin/agentops.js"), join(tool, "bin/agentops.js"));
    await git(tool, "init", "-q", "-b", "main");
    await commitAll(tool, "Start");
    const { env } = programs({ npm: 'echo "npm $*"; mkdir "$3/dist"' });
    for (const [branch, code, first, xml] of [
      ["worse", 1, "❌ fail", /<failure /],
      ["better", 0, "✅ pass", /failures="0" errors="0"/],
      ["few", 3, "❔ inconclusive", /<error .*type="inconclusive"/],
    ] as const) {
      const { dir, base } = await checkout(origin, branch);
      const ci = {
        ...env,
        AGENTOPS_REPOSITORY: tool,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
        CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      };
      const ran = await runScript([...job.before_script, ...job.script], dir, ci);
      expect(ran.log).toContain("npm ci --prefix .agentops-cli --include=dev --no-audit --no-fund");
      expect(ran.code).toBe(code);
      expect(readFileSync(join(dir, "gate.xml"), "utf8")).toMatch(xml);
      const after = await runScript(job.after_script, dir, ci);
      expect(after.log.split("\n")[0]).toContain(`**agentops gate: ${first}**`);
      expect(after.log).toBe(readFileSync(join(dir, "gate.md"), "utf8").trimEnd());
      expect(existsSync(join(dir, job.cache[1].paths[0]))).toBe(true);
    }
  });

  test("with merged results the target's own changes are not this branch's", async () => {
    const origin = await pullRequests();
    const base = await git(origin, "rev-parse", "main");
    await git(origin, "checkout", "-q", "main");
    put(
      origin,
      "prompts/new.prompt.yml",
      'name: new\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "x" }]\n',
    );
    await commitAll(origin, "The target moves on");
    const target = await git(origin, "rev-parse", "main");
    await git(origin, "checkout", "-q", "-b", "merged");
    await git(origin, "merge", "-q", "--no-edit", "better");
    const { dir } = await checkout(origin, "merged");
    const env = { CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_MERGE_REQUEST_TARGET_BRANCH_SHA: target };
    const found = JSON.parse((await agentops(dir, ["gate", "--json"], env)).stdout);
    expect(found.changed.map((c: { artifact: string }) => c.artifact)).toEqual(["prompts/support-triage"]);
  });
});
