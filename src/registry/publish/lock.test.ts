import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { thisProcess } from "../../core/running.ts";
import { gitProject, promptText, removeFolders, type TempProject } from "../temp-project.testing.ts";
import { publish } from "./publish.ts";

afterAll(removeFolders);

const LOCK = ".git/agentops-publish.lock";
const project = () => gitProject({ "prompts/triage.prompt.yml": promptText("triage") });
const me = { ...thisProcess(), host: hostname(), id: "another" };
const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
const LINUX = process.platform === "linux";
const longAgo = async (temp: TempProject) => utimes(join(temp.root, LOCK), 0, 0);
const published = async (temp: TempProject) => (await publish(temp.project, {})).published.length;

describe("a lock that was left behind is taken over", () => {
  const left: Record<string, [text: string, after?: (temp: TempProject) => Promise<unknown>]> = {
    "by a process that is gone": [JSON.stringify({ ...me, pid: dead })],
    "by one that had this process's number": [JSON.stringify({ ...me, started: "1" })],
    "by this process, which holds it no more": [JSON.stringify(me)],
    "in a container that is gone": [JSON.stringify({ ...me, place: "elsewhere" }), longAgo],
    "on a machine that is gone": [JSON.stringify({ ...me, place: "elsewhere", host: "x", started: null }), longAgo],
    "by an older release, whose process is gone": [String(dead)],
    "by an older release, with this process's number": [String(process.pid)],
    "before a word was written": ["", longAgo],
    ...(LINUX && {
      "by one whose number another process has now": [JSON.stringify({ ...me, pid: process.ppid, started: "1" })],
      "by an older release, whose number a younger process has": [String(process.ppid), longAgo],
    }),
  };
  test.each(Object.entries(left))("%s", async (_, [text, after]) => {
    const temp = await project();
    await temp.write(LOCK, text);
    await after?.(temp);
    expect(await published(temp)).toBe(1);
    expect((await readdir(join(temp.root, ".git"))).filter((name) => name.startsWith("agentops"))).toEqual([]);
  });

  test("by two at once: one gets it", async () => {
    const temp = await project();
    await temp.write(LOCK, JSON.stringify({ ...me, pid: dead }));
    const results = await Promise.allSettled([1, 2, 3].map(() => publish(temp.project, {})));
    const made = results.flatMap((r) => (r.status === "fulfilled" ? r.value.published : []));
    expect(made).toHaveLength(1);
  });
});

test("a folder in the lock's place is named, and left alone", async () => {
  const temp = await project();
  await mkdir(join(temp.root, LOCK));
  await expect(publish(temp.project, {})).rejects.toMatchObject({
    code: "GIT_REFUSED",
    message: `${join(temp.root, LOCK)} is a folder, and publish keeps its lock there`,
  });
});

describe("a lock that is held is named, with who holds it", () => {
  test("by an older release's process, which is at work", async () => {
    const temp = await project();
    await temp.write(LOCK, "1");
    await expect(publish(temp.project, {})).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
      message: `another publish is at work in this repository (process 1, ${join(temp.root, LOCK)})`,
      hint: expect.stringContaining("remove that file"),
    });
  });

  test("in another container, as long as it is touched", async () => {
    const temp = await project();
    await temp.write(LOCK, JSON.stringify({ ...me, place: "elsewhere", host: "box-7" }));
    const script = `setInterval(() => fs.utimesSync(process.argv[1], Date.now() / 1000, Date.now() / 1000), 100)`;
    const beating = spawn(process.execPath, ["-e", script, join(temp.root, LOCK)]);
    const refused = publish(temp.project, {});
    await expect(refused).rejects.toThrow(`process ${process.pid} on box-7`);
    beating.kill();
  });

  test("by the publish whose hook this one runs in", async () => {
    const temp = await project();
    await temp.write("prompts/triage.prompt.yml", promptText("triage", "New {{ticket}}"));
    const hook = join(temp.root, ".git/hooks/pre-commit");
    await temp.write(
      ".git/hooks/pre-commit",
      `#!/bin/sh\nprintf %s "$AGENTOPS_WAITING" > .git/waiting; cat ${LOCK} > .git/seen\n`,
    );
    await chmod(hook, 0o755);
    expect(await published(temp)).toBe(1);
    const waiting = await readFile(join(temp.root, ".git/waiting"), "utf8");
    expect(waiting).toBe(String(process.pid));
    // What the hook's own publish finds: a lock of a process that is at work, and that process in its environment.
    await temp.write(LOCK, String(process.ppid));
    temp.project.env = { ...temp.project.env, AGENTOPS_WAITING: String(process.ppid) };
    await temp.write("prompts/triage.prompt.yml", promptText("triage", "Newer {{ticket}}"));
    await expect(publish(temp.project, {})).rejects.toThrow(/runs inside another one \(process \d+\), in a hook/);
    expect(JSON.parse(await readFile(join(temp.root, ".git/seen"), "utf8"))).toMatchObject(thisProcess());
  });
});
