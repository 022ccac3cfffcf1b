import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { binary, git, put, spawnAgentops, tempProject } from "../testing/project.ts";
import { commitAll, repositoryOf } from "../testing/repository.ts";

const PROMPTS = 60;
const prompt = (name: string, word: string) =>
  `name: ${name}\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "${word} {{q}}" }]\n`;

/** Many prompts, each with a change that is not published. */
async function manyPrompts(): Promise<string> {
  const files = Array.from({ length: PROMPTS }, (_, i) => [`prompts/p${i}.prompt.yml`, prompt(`p${i}`, "say")]);
  const config = "project: x\nmodels: { offline: { kind: offline } }\n";
  return repositoryOf({ "agentops.config.yaml": config, ...Object.fromEntries(files) });
}

const tagsIn = async (dir: string) => (await git(dir, "tag", "-l")).split("\n").filter((tag) => tag !== "").length;

/** A git that does something first. */
function slowGit(first: string): { path: string; started: string } {
  const folder = tempProject();
  const started = join(folder, "started");
  const script = `#!/bin/sh\n${first.replace("STARTED", JSON.stringify(started))}\nPATH=\${PATH#*:} exec git "$@"\n`;
  put(folder, "git", script);
  chmodSync(join(folder, "git"), 0o755);
  return { path: `${folder}${delimiter}${process.env["PATH"]}`, started };
}

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)(
  "publish ends by %s at the next safe point: no tag is left, no git either, and again it goes on",
  async (signal, code) => {
    const dir = await manyPrompts();
    // The first tag is there, and the others are about to be written.
    const slow = slowGit('case " $* " in *" unpack-objects "*|*" index-pack "*) : > STARTED; sleep 0.5;; esac');
    const child = spawnAgentops(dir, ["publish", "--no-push", "-m", "first"], { PATH: slow.path });
    while (!existsSync(slow.started)) await sleep(5);
    child.kill(signal);
    const { exitCode, stderr, stdout } = await child;
    expect([exitCode, stdout]).toEqual([code, ""]);
    expect(stderr).toContain(`error: stopped by ${signal}: nothing was published, and no tag is left`);
    expect(stderr).toContain("hint: publish again; a commit that was made is used");
    expect(await tagsIn(dir)).toBe(0);
    expect(await git(dir, "status", "--porcelain")).toBe("");
    if (signal !== "SIGTERM") return;
    expect((await binary(dir, ["publish", "--no-push", "-m", "again"])).code).toBe(0);
    expect(await tagsIn(dir)).toBe(PROMPTS);
  },
);

test("Ctrl-C while the remote answers: what it has is published, and said", async () => {
  const dir = await manyPrompts();
  const remote = tempProject();
  await git(remote, "init", "-q", "--bare");
  put(
    remote,
    "hooks/post-receive",
    "#!/bin/sh\ncat >/dev/null\ntouch ../arrived 2>/dev/null || touch arrived\nsleep 5\n",
  );
  chmodSync(join(remote, "hooks", "post-receive"), 0o755);
  await git(dir, "remote", "add", "origin", remote);
  const child = spawnAgentops(dir, ["publish", "-m", "first"], {}, { detached: true });
  const tags = async () => (await git(remote, "tag", "-l")).split("\n").filter((tag) => tag !== "").length;
  while ((await tags()) < PROMPTS) await sleep(20);
  process.kill(-child.pid!, "SIGINT");
  const { exitCode, stdout } = await child;
  expect(exitCode).toBe(130);
  expect(stdout.match(/^published prompts\/p\d+@v1/gm)).toHaveLength(PROMPTS);
  expect(await tagsIn(dir)).toBe(PROMPTS);
});

test("a second signal ends it at once, and says that something may be half done", async () => {
  const dir = await manyPrompts();
  const slow = tempProject();
  put(slow, "git", `#!/bin/sh\necho "$1" >> ${JSON.stringify(join(slow, "started"))}\nexec sleep 5\n`);
  chmodSync(join(slow, "git"), 0o755);
  const child = spawnAgentops(dir, ["log", "p1"], { PATH: `${slow}${delimiter}${process.env["PATH"]}` });
  while (!existsSync(join(slow, "started"))) await sleep(5);
  child.kill("SIGTERM");
  await sleep(100);
  child.kill("SIGTERM");
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([
    143,
    expect.stringMatching(/^stopped at once by SIGTERM: what was under way may be half done/),
  ]);
});

test("gate ends when told while it reads git, and starts no more of it", async () => {
  const dir = await manyPrompts();
  for (let i = 0; i < PROMPTS; i++) put(dir, `prompts/p${i}.prompt.yml`, prompt(`p${i}`, "tell"));
  await commitAll(dir, "Change all");
  // It says that it was started, and takes its time.
  const slow = slowGit('echo "$1" >> STARTED; sleep 0.05');
  const started = () => (existsSync(slow.started) ? readFileSync(slow.started, "utf8").split("\n").length - 1 : 0);
  const child = spawnAgentops(dir, ["gate", "--base", "HEAD~1"], { PATH: slow.path });
  while (started() < 5) await sleep(5);
  child.kill("SIGTERM");
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([143, expect.stringContaining("error: stopped by SIGTERM [TERMINATED]")]);
  expect(started()).toBeLessThan(20);
});
