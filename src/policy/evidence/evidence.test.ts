import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { reasonText } from "../../report/rollout/reasons.ts";
import { digestOf } from "../../core/canonical.ts";
import { systemClock } from "../../core/clock.ts";
import { loadProject } from "../../core/project.ts";
import { publish } from "../../registry/publish/publish.ts";
import { fileAddress } from "../../state/address.ts";
import { ENGINE } from "../../testing/engine.ts";
import { agentops, cleanEnv, git, put, sampleRepository, tempProject } from "../../testing/project.ts";
import { newStoreAddress, openTestRuns, openTestStore } from "../../testing/store.ts";
import { promote } from "../../operations/promote.ts";
import { readEvidence } from "./evidence-document.ts";
import { importEvidence } from "./import-evidence.ts";

const TARGET = "prompts/support-triage";

/** A machine that ran the suite on the published v1, and a bare repository it pushed to. */
let machine: string;
let bare: string;
beforeAll(async () => {
  machine = await sampleRepository();
  const project = await loadProject({ cwd: machine, env: cleanEnv() });
  await publish(project, { names: ["support-triage"], push: false });
  bare = join(tempProject(), "origin.git");
  await git(machine, "clone", "-q", "--bare", machine, bare);
  await git(machine, "remote", "add", "origin", bare);
  expect((await agentops(machine, ["eval", "support-triage"])).code).toBe(0);
});

/** Another clone with a store of its own, which knows no run. */
async function otherMachine() {
  const dir = join(tempProject(), "clone");
  await git(machine, "clone", "-q", bare, dir);
  return machineAt(dir);
}

async function machineAt(dir: string) {
  const project = await loadProject({ cwd: dir, env: cleanEnv() });
  const file = join(dir, ".agentops", "state.db");
  const address = ENGINE === "sqlite" ? fileAddress(file) : await newStoreAddress();
  const store = await openTestStore({ address });
  const context = { project, store, runs: openTestRuns(file), clock: systemClock };
  const order = { ref: TARGET, environment: "production", actor: "bob", reason: undefined, override: false };
  const run = (...args: string[]) => agentops(dir, args, { AGENTOPS_STORE: address.location });
  const up = () => promote({ ...context, say: reasonText }, order);
  return { dir, context, run, up, count: (sql: string) => store.value(sql) };
}

async function exported(): Promise<string> {
  const run = await agentops(machine, ["runs", "export", "--format", "evidence"]);
  expect(run.code, run.stderr).toBe(0);
  return run.stdout;
}

describe("evidence", () => {
  test("ran here: promoted; only for exactly this content and its own model", async () => {
    const here = await machineAt(machine);
    expect(await here.up()).toMatchObject({ version: "v1", overridden: [] });
    put(
      machine,
      `${TARGET}.prompt.yml`,
      readFileSync(join(machine, `${TARGET}.prompt.yml`), "utf8").replace("Route", "Send"),
    );
    await publish(here.context.project, { names: ["support-triage"], push: false });
    await expect(here.up()).rejects.toMatchObject({
      details: { ref: `${TARGET}@v2`, refusals: [{ rule: "evidence" }, { rule: "rollout" }] },
    });
    const other = await otherMachine();
    expect((await other.run("eval", "support-triage", "--model", "offline/other")).code).toBeLessThan(4);
    expect((await other.run("eval", "support-triage", "--sample", "30")).code).toBeLessThan(4);
    await expect(other.up()).rejects.toMatchObject({
      message: expect.stringMatching(
        /evidence: .*not counted:\n +run \S+ judged only some of the cases\n +run \S+ was answered by offline\/other/,
      ) as string,
    });
  });

  test("from a file: verified by its digest, imported once, counts on another machine", async () => {
    const other = await otherMachine();
    await expect(other.up()).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    const text = await exported();
    expect(JSON.parse(text)).toMatchObject({
      ...{ schema: "agentops.evidence/2", verdict: "pass", suite: { name: "support-triage" } },
      ...{ target: { address: TARGET, version: "v1", model: expect.stringMatching(/^offline\//) as string } },
    });
    put(other.dir, "good.json", text);
    put(other.dir, "changed.json", text.replace('"verdict": "pass"', '"verdict": "fail"'));
    const files = (...names: string[]) => names.map((file) => ({ file, path: join(other.dir, file) }));
    await expect(importEvidence(other.context, files("good.json", "changed.json"), "bob")).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: "changed.json: its digest does not fit: it was changed after it was written",
    });
    expect(await other.count("SELECT COUNT(*) FROM evidence")).toBe(0);
    const twice = await importEvidence(other.context, files("good.json", "good.json"), "bob");
    expect(twice.imported.map(({ changed }) => changed)).toEqual([true, false]);
    expect(await other.count(`SELECT COUNT(*) FROM "auditEvents" WHERE action = 'evidence.import'`)).toBe(1);
    expect((await other.run("runs", "import", "good.json")).stdout).toMatch(/^already there {2}good\.json/);
    expect(await other.up()).toMatchObject({ version: "v1", changed: true });
  });

  test("newer evidence of a suite replaces older, and a bad one refuses", async () => {
    const other = await otherMachine();
    const { digest, ...content } = readEvidence(await exported(), "stdout");
    const later = { ...content, verdict: "fail", runId: "later", createdAt: "2100-01-01T00:00:00.000Z" };
    expect(digestOf(content)).toBe(digest);
    const documents = [later, content].map((document) => JSON.stringify({ ...document, digest: digestOf(document) }));
    put(other.dir, "both.jsonl", documents.join("\n"));
    await importEvidence(other.context, [{ file: "both.jsonl", path: join(other.dir, "both.jsonl") }], "bob");
    await expect(other.up()).rejects.toMatchObject({
      message: expect.stringContaining("suite support-triage says fail (run later)") as string,
    });
  });

  test("from a git note on the version's commit, pushed and fetched; what does not fit is named", async () => {
    const noted = await agentops(machine, ["runs", "export", "--notes", "--output", "evidence.json"]);
    expect(noted.stderr).toMatch(
      /^noted at prompts\/support-triage@v1, commit .*only in this clone.* agentops runs export latest --notes --push$/m,
    );
    const pushed = await agentops(machine, ["runs", "export", "--notes", "--push"]);
    expect(pushed.stderr).toMatch(/^is noted already at prompts\/support-triage@v1, .*pushed to origin$/m);
    const other = await otherMachine();
    await expect(other.up()).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    await git(other.dir, "fetch", "-q", "origin", "refs/notes/agentops:refs/notes/agentops");
    const commit = await git(other.dir, "rev-parse", `${TARGET}/v1^{commit}`);
    const note = await git(other.dir, "notes", "--ref=agentops", "show", commit);
    const write = (text: string) => git(other.dir, "notes", "--ref=agentops", "add", "-f", "-m", text, commit);
    await write(note.replace('"verdict":"pass"', '"verdict":"none"'));
    await expect(other.up()).rejects.toMatchObject({
      message: expect.stringMatching(/line 1 of the git note: its digest does not fit/) as string,
    });
    await write(`hand-written\n${note}`);
    expect(await other.up()).toMatchObject({ version: "v1", changed: true });
  });

  test.each([
    ["not JSON", "x", "no agentops.evidence/2: not JSON"],
    ["another document", '{"schema":"agentops.run/1"}', "no agentops.evidence/2: schema"],
  ])("%s is none", (_, text, message) => {
    expect(() => readEvidence(text, "f")).toThrow(expect.objectContaining({ code: "FILE_INVALID", message: expect.stringContaining(message) as string })); // prettier-ignore
  });
});

describe.runIf(ENGINE === "postgres")("a team's server", () => {
  test("has the verdict of every run with a gate: a colleague, who has no run, promotes on it", async () => {
    const [mine, theirs] = [await otherMachine(), await otherMachine()];
    const colleague = { ...theirs.context, store: mine.context.store };
    const order = { ref: TARGET, environment: "production", actor: "eve", reason: undefined, override: false };
    await expect(promote({ ...colleague, say: reasonText }, order)).rejects.toMatchObject({ code: "POLICY_REFUSED" });
    expect((await mine.run("eval", "support-triage", "--sample", "30")).stderr).not.toContain("verdict is not in");
    expect(await mine.count("SELECT COUNT(*) FROM evidence"), "a sample is no evidence").toBe(0);
    expect((await mine.run("eval", "support-triage")).code).toBe(0);
    expect(await mine.count("SELECT COUNT(*) FROM evidence")).toBe(1);
    expect(await mine.count("SELECT COUNT(*) FROM runs"), "runs stay where they were made").toBe(0);
    expect(await promote({ ...colleague, say: reasonText }, order)).toMatchObject({ version: "v1", overridden: [] });
  });
  test("that is out of reach makes no eval fail, and says how the verdict gets there", async () => {
    const { dir } = await otherMachine();
    const gone = { AGENTOPS_STORE: "postgres://ada:geheim@127.0.0.1:9/team" };
    const { code, stderr } = await agentops(dir, ["eval", "support-triage"], gone);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/the verdict is not in postgres:\/\/ada@127\.0\.0\.1:9\/team: .*no server answers there.*runs import/)]); // prettier-ignore
    expect(stderr).not.toContain("geheim");
  });
});
