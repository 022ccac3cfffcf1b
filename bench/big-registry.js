// Large registries, made with one `git fast-import` each: their commits, contents and digests are what publish would have made.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../dist/core/canonical.js";
import { ROOT, track } from "./measure.js";

const WHO = "Ada <ada@example.com>";
const START = 1_750_000_000;
const CONFIG = "project: bench\nmodels: { offline: { kind: offline } }\n";
const SUITE = "name: s\ntarget: prompts/p0\ncases: [{ id: a }, { id: b }]\nscorers: [{ type: regex, value: '.' }]\n";
const MODEL = "offline/stand-in-v1";

/** The environment of git and agentops here: none of the developer's settings. */
export const ENV = {
  GIT_CONFIG_GLOBAL: join(ROOT, "src/testing/gitconfig"),
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

export function promptText(name, words) {
  return `name: ${name}\nmodel: ${MODEL}\nmessages:\n  - role: user\n    content: "${words}"\n`;
}

function digest(name, words) {
  const prompt = { name, model: MODEL, messages: [{ role: "user", content: words }] };
  return digestOf({ kind: "prompts", prompt });
}

/** `prompts` prompts with `versions` versions each, one commit a version, and a clone's `origin/main` at the last one; `remote` is a folder for an `origin`. */
export async function madeRegistry(dir, { prompts, versions, remote }) {
  mkdirSync(join(dir, ".git"), { recursive: true });
  await git(dir, ["init", "-q", "."]);
  await git(dir, ["symbolic-ref", "HEAD", "refs/heads/main"]);
  await git(dir, ["fast-import", "--quiet", "--force"], stream({ prompts, versions }));
  await git(dir, ["pack-refs", "--all"]);
  await git(dir, ["update-ref", "refs/remotes/origin/main", "main"]);
  await git(dir, ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
  await git(dir, ["reset", "-q", "--hard"]);
  if (remote === undefined) return;
  await git(dir, ["clone", "-q", "--bare", ".", remote]);
  await git(dir, ["remote", "add", "origin", remote]);
}

/** The first version of all prompts is one commit, as `publish` makes it. */
function* stream({ prompts, versions }) {
  let at = START;
  const names = Array.from({ length: prompts }, (_, i) => `p${i}`);
  const files = names.map((name) => [`prompts/${name}.prompt.yml`, promptText(name, words(name, 1))]);
  yield commit(1, at, [
    ["agentops.config.yaml", CONFIG],
    ["evals/s.suite.yml", SUITE],
    [".gitignore", ".agentops/\n"],
    ...files,
  ]);
  for (const name of names) yield tag(name, 1, 1, at);
  let mark = 1;
  for (let version = 2; version <= versions; version++)
    for (const name of names) {
      yield commit(++mark, ++at, [[`prompts/${name}.prompt.yml`, promptText(name, words(name, version))]]);
      yield tag(name, version, mark, at);
    }
}

function words(name, version) {
  return `Answer the customer of ${name} in ${version} words.`;
}

function commit(mark, at, files) {
  const said = `commit refs/heads/main\nmark :${mark}\ncommitter ${WHO} ${at} +0000\n${data("Publish")}`;
  return said + files.map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join("");
}

function tag(name, version, mark, at) {
  const trailers = `Agentops-Digest: ${digest(name, words(name, version))}\nAgentops-Path: prompts/${name}.prompt.yml`;
  const message = `Publish prompts/${name} v${version}\n\n${trailers}\n`;
  return `tag prompts/${name}/v${version}\nfrom :${mark}\ntagger ${WHO} ${at} +0000\n${data(message)}`;
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

export async function git(cwd, args, input = []) {
  const child = track(spawn("git", args, { cwd, env: { ...process.env, ...ENV }, stdio: ["pipe", "ignore", "pipe"] }));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = once(child, "exit");
  for (const part of input) if (!child.stdin.write(part)) await once(child.stdin, "drain");
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${said.slice(-2000)}`);
}

/** What git alone does where so many prompts are published: it commits their files, makes a ref for each, and pushes these. */
export async function committedAndPushed(dir, { prompts }, round) {
  const refs = `refs/floor/${round}`;
  await git(dir, ["commit", "-q", "-a", "-m", `Floor ${round}`]);
  await git(
    dir,
    ["update-ref", "--stdin"],
    Array.from({ length: prompts }, (_, i) => `create ${refs}/p${i}/v1 HEAD\n`),
  );
  await git(dir, ["push", "-q", "--atomic", "origin", `${refs}/*:${refs}/*`]);
}

export function changeAll(dir, { prompts }, round) {
  for (let i = 0; i < prompts; i++) change(dir, `p${i}`, round);
}

/** A prompt's file with other words. */
export function change(dir, name, round) {
  writeFileSync(join(dir, `prompts/${name}.prompt.yml`), promptText(name, `Changed in round ${round}.`));
}
