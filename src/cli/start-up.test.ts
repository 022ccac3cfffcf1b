import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { fileAddress } from "../state/address.ts";
import { ENGINE } from "../testing/engine.ts";
import { agentops, BIN, binary, cleanEnv, put, REPO, sampleRepository, tempProject } from "../testing/project.ts";
import { promoted } from "../testing/rollout.ts";
import { newStoreFile, withStore } from "../testing/store.ts";

/** Writes, as the process ends, which files it has loaded; ES modules are none of the command line's. */
const HOOK = `process.on("exit", () => require("node:fs").writeFileSync(process.env.LOADED, JSON.stringify(Object.keys(require.cache))));`;

let repository: string;
beforeAll(async () => {
  repository = await sampleRepository();
});

/** The files a command loads, from the checkout's folder on; the hashes in the bundle's names are left out, and of a library only its name stays. */
async function loadedBy(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const scratch = tempProject({ "hook.cjs": HOOK });
  const [hook, loaded] = [join(scratch, "hook.cjs"), join(scratch, "loaded.json")];
  const run = await execa(process.execPath, ["--require", hook, BIN, ...args], { cwd, env: cleanEnv({ LOADED: loaded, ...env }), extendEnv: false, reject: false }); // prettier-ignore
  expect([0, 5], run.stderr).toContain(run.exitCode);
  const files = (JSON.parse(readFileSync(loaded, "utf8")) as string[]).filter((file) => file !== hook);
  const named = files.map((file) =>
    file
      .slice(REPO.length)
      .replace(/^node_modules\/([^/]+)\/.*/, "$1")
      .replace(/^dist\/bin\/(.+?)(?:-[\w-]{8})?\.cjs$/, "$1"),
  );
  return [...new Set(named)].sort();
}

const ENTRY = ["bin/agentops.js", "main", "start"];
const ANY = [...ENTRY, "command-line", "rolldown-runtime"];

test.each([[["--version"]], [["-V"]], [["--help"]], [["-h"]], [["help"]], [[]]])(
  "%j is answered by the entry alone",
  async (args) => {
    expect(await loadedBy(repository, args)).toEqual(ENTRY);
  },
);

test("lint of one file loads no command parser and no store, and the parser of templates only where there is one", async () => {
  const own = [...ANY, "git", "lint", "project", "registry", "run"].sort();
  expect(await loadedBy(repository, ["lint", "prompts/support-triage.prompt.yml"])).toEqual([...own, "handlebars"].sort()); // prettier-ignore
  put(repository, "prompts/plain.prompt.yml", "name: plain\nmodel: openai/gpt-4o-2024-08-06\nmessages: [{ role: system, content: hello }]\n"); // prettier-ignore
  expect(await loadedBy(repository, ["lint", "prompts/plain"])).toEqual(own);
});

test.skipIf(ENGINE !== "sqlite")(
  "status and kill load the driver and no validator, not even where something is served",
  async () => {
    const store = newStoreFile();
    await withStore(fileAddress(store), (db) => promoted(db, { target: "prompts/x", environment: "production", version: "v1" })); // prettier-ignore
    const env = { AGENTOPS_STORE: store };
    const shown = await binary(repository, ["status"], env);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("prompts/x  serves v1")]);
    const driven = [...ANY, "better-sqlite3", "on-call"].sort();
    expect(await loadedBy(repository, ["status"], env)).toEqual([...driven, "overview", "status"].sort());
    const kill = ["kill", "agents/refund-desk", "--reason", "drill"];
    expect(await loadedBy(repository, [...kill, "--actor", "ada", "--env", "production"], env)).toEqual(driven);
    // Git tells who it was.
    expect(await loadedBy(repository, kill, env)).toEqual([...driven, "git"].sort());
  },
);

test("the help that is built in is the help that would be made", async () => {
  const { stdout } = await binary(repository, ["--help"]);
  for (const args of [["--help"], ["-h"], ["help"], []])
    expect((await agentops(repository, args)).stdout, args.join(" ")).toBe(stdout);
  expect(stdout.split("\n").length).toBeGreaterThan(40);
});

test("a document that no pipe holds at once arrives whole, however late it is read", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `prompts/p${i}.prompt.yml`);
  const text = (i: number) => `name: p${i}\nmodel: openai/gpt-4o\nmessages: [{ role: system, content: hello }]\n`;
  const dir = tempProject(Object.fromEntries(many.map((path, i) => [path, text(i)])));
  const child = execa("sh", ["-c", `"${process.execPath}" "${BIN}" lint --json | (sleep 2; cat)`], { cwd: dir, env: cleanEnv(), extendEnv: false }); // prettier-ignore
  const { stdout } = await child;
  expect(stdout.length).toBeGreaterThan(500_000);
  expect((JSON.parse(stdout) as { files: number }).files).toBe(3001);
});
