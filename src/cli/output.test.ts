import { chmodSync, existsSync, linkSync, lstatSync, readFileSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { agentops, cleanEnv, put, REPO, tempProject } from "../testing/project.ts";
import { AgentopsError } from "../core/errors.ts";
import { writeReport } from "./output.ts";

const hasFull = existsSync("/dev/full");

function project(): string {
  return tempProject({
    "prompts/p.prompt.yml":
      'name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: system, content: "- yes: good" }, { role: user, content: "{{q}}" }]\n',
    "evals/s.suite.yml":
      "name: s\ntarget: prompts/p\ncases: [{ id: a, vars: { q: good }, expected: yes }]\nscorers: [{ type: equals }]\n",
  });
}

const drafts = (dir: string) => readdirSync(dir).filter((name) => name.endsWith(".tmp"));

describe("--output", () => {
  test.skipIf(!hasFull)("to a full disk is exit 4, and says so", async () => {
    const dir = project();
    for (const args of [["eval"], ["eval", "--json"], ["runs", "export"]]) {
      const { code, stderr } = await agentops(dir, [...args, "--output", "/dev/full"]);
      expect([code, stderr], args.join(" ")).toEqual([4, expect.stringContaining("cannot write /dev/full: ENOSPC")]);
      expect(stderr).toContain(args.includes("--json") ? '"code":"OUTPUT_FAILED"' : "[OUTPUT_FAILED]");
    }
  }); // prettier-ignore

  test.skipIf(process.platform === "win32")(
    "that the disk takes a part of leaves the report that was there, and no other file",
    async () => {
      const dir = project();
      // Larger than what is opened for reading makes: the store's index of its log has 32 KiB.
      put(
        dir,
        "evals/s.suite.yml",
        "name: s\ncases: [{ id: a, expected: yes }]\noutputs: o.jsonl\nscorers: [{ type: equals }]\n",
      );
      put(dir, "evals/o.jsonl", JSON.stringify({ case: "a", output: "x".repeat(400_000) }));
      await agentops(dir, ["eval"]);
      put(dir, "out/old.json", "before\n");
      const bin = join(REPO, "bin", "agentops.js");
      const limited = (file: string) =>
        // A block of ulimit is 512 or 1024 bytes.
        execa("sh", ["-c", `ulimit -f 200; exec "$@"`, "sh", process.execPath, bin, "runs", "export", "--output", file], { cwd: dir, env: cleanEnv({}), extendEnv: false, reject: false }); // prettier-ignore
      for (const file of ["out/old.json", "out/new.json"]) {
        const { exitCode, stderr } = await limited(file);
        expect([exitCode, stderr]).toEqual([4, expect.stringContaining(`cannot write ${file}: EFBIG [OUTPUT_FAILED]`)]);
      }
      expect(readFileSync(join(dir, "out/old.json"), "utf8")).toBe("before\n");
      expect(readdirSync(join(dir, "out"))).toEqual(["old.json"]);
    },
  );

  test("to a name that cannot be written is the user's to mend", async () => {
    const dir = project();
    put(dir, "folder/x", "");
    for (const [file, code] of [["folder", "EISDIR"], ["agentops.config.yaml/x", "ENOTDIR"], ["n".repeat(300), "ENAMETOOLONG"]]) {
      const run = await agentops(dir, ["eval", "--output", file!]);
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`cannot write ${file}: ${code} [USAGE]`)]);
    }
  }); // prettier-ignore

  test("through a link, and to a file with rights or names of its own, changes the content alone", async () => {
    const dir = project();
    for (const name of ["real", "mine", "twice"]) put(dir, `out/${name}`, "before\n");
    const at = (name: string) => join(dir, "out", name);
    symlinkSync("real", at("link"));
    symlinkSync("not-yet", at("nowhere"));
    linkSync(at("twice"), at("again"));
    chmodSync(at("mine"), 0o640);
    for (const name of ["link", "mine", "twice", "nowhere"])
      expect((await agentops(dir, ["eval", "--json", "--output", `out/${name}`])).code, name).toBe(0);
    for (const name of ["real", "mine", "again", "not-yet"])
      expect(JSON.parse(readFileSync(at(name), "utf8")), name).toMatchObject({ schema: "agentops.eval/1" });
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(statSync(at("mine")).mode & 0o777).toBe(0o640);
    expect(drafts(join(dir, "out"))).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("to a pipe reaches who reads it", async () => {
    const dir = project();
    await execa("sh", ["-c", `mkfifo "$0"`, join(dir, "pipe")]);
    const reader = execa("cat", [join(dir, "pipe")]);
    expect((await agentops(dir, ["eval", "--json", "--output", "pipe"])).code).toBe(0);
    expect(JSON.parse((await reader).stdout)).toMatchObject({ schema: "agentops.eval/1" });
    expect(lstatSync(join(dir, "pipe")).isFIFO()).toBe(true);
  });

  test("a document that fails on its way keeps its own error, and leaves no part of it", async () => {
    const dir = tempProject();
    const lines = function* () {
      yield "x".repeat(100_000);
      throw new AgentopsError("STORE_FAILED", "gone");
    };
    await expect(writeReport(join(dir, "r"), "r", lines())).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(readdirSync(dir)).toEqual(["agentops.config.yaml"]);
  });
});

test.skipIf(!hasFull || process.platform === "win32")("init on a full disk is exit 4", async () => {
  const dir = tempProject();
  const bin = join(REPO, "bin", "agentops.js");
  const run = await execa("sh", ["-c", `ulimit -f 0; exec "$@"`, "sh", process.execPath, bin, "init", "new"], { cwd: dir, env: cleanEnv({}), extendEnv: false, reject: false }); // prettier-ignore
  expect([run.exitCode, run.stderr]).toEqual([4, expect.stringContaining("EFBIG [OUTPUT_FAILED]")]);
});
