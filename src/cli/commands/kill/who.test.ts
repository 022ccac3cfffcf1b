import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileAddress } from "../../../state/address.ts";
import { agentops, binary, put, tempProject } from "../../../testing/project.ts";
import { withStore } from "../../../testing/store.ts";

const NAME = ["kill", "agents/x", "--unknown", "-m", "pays twice", "--env", "production"];
const MARKER = ".agentops/state.db.kills/production~agents~x";

const markerIn = (dir: string) => JSON.parse(readFileSync(join(dir, MARKER), "utf8"));

/** A folder with a `git` that writes down which markers are there when it is asked, and hangs. */
function hangingGit(dir: string): { PATH: string; witness: string } {
  const witness = join(dir, "witness");
  const script = `#!/bin/sh\nls "${join(dir, ".agentops", "state.db.kills")}" > "${witness}" 2>&1\nsleep 60\n`;
  put(dir, "bin/git", script);
  chmodSync(join(dir, "bin", "git"), 0o755);
  return { PATH: `${join(dir, "bin")}:${process.env["PATH"] ?? ""}`, witness };
}

test("git says who it was: marker, audit and document agree", async () => {
  const dir = tempProject();
  const done = JSON.parse((await agentops(dir, [...NAME, "--json"])).stdout);
  const ada = "Ada <ada@example.com>";
  expect([done.actor, done.authenticated, done.targets[0]]).toEqual([ada, false, expect.objectContaining({ changed: true, kill: expect.objectContaining({ actor: ada }) })]); // prettier-ignore
  expect(markerIn(dir)).toMatchObject({ actor: ada, reason: "pays twice", at: done.at });
  await withStore(fileAddress(join(dir, ".agentops", "state.db")), async (open) => {
    expect(await open.rows(`SELECT action, actor FROM "auditEvents"`)).toEqual([{ action: "kill", actor: ada }]);
  });
  // The marker and the row are one kill, so a revive that only the store sees ends both.
  expect((await agentops(dir, ["revive", "agents/x", "-m", "mended", "--env", "production"])).code).toBe(0);
  expect(existsSync(join(dir, MARKER))).toBe(false);
});

test("a git that hangs is asked once the marker is set, and is not waited for", async () => {
  const dir = tempProject();
  const { PATH, witness } = hangingGit(dir);
  const before = performance.now();
  const done = await binary(dir, [...NAME, "--json"], { PATH, USER: "oncall" });
  expect([done.code, done.stderr]).toEqual([0, ""]);
  expect(JSON.parse(done.stdout)).toMatchObject({ actor: "oncall", targets: [{ changed: true }] });
  expect(performance.now() - before).toBeLessThan(30_000);
  expect(readFileSync(witness, "utf8")).toContain("production~agents~x\n");
  expect(markerIn(dir)).toMatchObject({ actor: "oncall" });
});

test("where somebody is named git is not asked, and a name that is nobody's keeps nobody from a kill", async () => {
  const dir = tempProject();
  const { PATH, witness } = hangingGit(dir);
  const named = await binary(dir, [...NAME, "--actor", "eve", "--json"], { PATH });
  expect([JSON.parse(named.stdout).actor, existsSync(witness)]).toEqual(["eve", false]);
  const other = tempProject();
  const nobody = await agentops(other, [...NAME, "--actor", "\u200b", "--json"]);
  expect([nobody.code, nobody.stderr]).toEqual([0, expect.stringMatching(/^warning: --actor names nobody: .* has no letter$/)]); // prettier-ignore
  expect(JSON.parse(nobody.stdout).actor).toBe("Ada <ada@example.com>");
});

test("with the store gone the marker says who it was", async () => {
  const dir = tempProject();
  mkdirSync(join(dir, ".agentops", "state.db"), { recursive: true });
  const done = await agentops(dir, [...NAME, "--json"]);
  expect([done.code, JSON.parse(done.stdout).paths.store.took]).toEqual([0, false]);
  expect(markerIn(dir)).toMatchObject({ actor: "Ada <ada@example.com>", reason: "pays twice" });
});
