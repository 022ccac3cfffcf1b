// A registry of many versions: how long commands take, in units of one `git for-each-ref` that reads every tag.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";

const ENV = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};
const TAGGER = "Ada <ada@example.com> 1700000000 +0000";
const CONFIG = "project: bench\nmodels: { offline: { kind: offline } }\n";
const SUITE = 'name: s\ntarget: prompts/p0\ncases: [{ id: a }, { id: b }]\nscorers: [{ type: regex, value: "." }]\n';

const COMMANDS = [
  ["list"],
  ["log", "p0"],
  ["show", "p0@v1"],
  ["show", "p0"],
  ["verify", "p0"],
  ["eval", "s", "--target", "p0@v1"],
  ["promote", "p0", "--override", "--reason", "bench", "--dry-run"],
  ["publish"],
];
/** In units of for-each-ref over all tags, which takes longer than an empty node process. */
const AIM = 2.5;

/** `artifacts` × `versions` tags, each version with a text of its own, packed as a clone has them. */
export async function measureTags({ artifacts = 200, versions = 100, runs = 3 } = {}) {
  return inTempFolder(async (dir) => {
    fill(dir, artifacts, versions);
    const floor = [];
    const walls = COMMANDS.map(() => []);
    for (let round = 0; round < runs; round++) {
      floor.push(timed(dir));
      for (const [i, command] of COMMANDS.entries()) {
        if (command[0] === "publish") edit(dir, "p1", versions + 1 + round);
        const args = [AGENTOPS, "-C", dir, ...command];
        walls[i].push((await runNode(args, { env: ENV })).wallMs);
      }
    }
    const all = `${artifacts} × ${versions} tags`;
    return [
      { what: `git for-each-ref over ${all}`, result: `${median(floor).toFixed(0)} ms` },
      ...COMMANDS.map((command, i) => {
        const times = median(walls[i].map((wall, round) => wall / floor[round]));
        const what = `agentops ${command.slice(0, 2).join(" ")} ÷ that (${median(walls[i]).toFixed(0)} ms)`;
        return { what, result: ratio(times), aim: `≤ ${ratio(AIM)}`, met: times <= AIM };
      }),
    ];
  });
}

function timed(dir) {
  const started = performance.now();
  const format = "--format=%(refname)%00%(objecttype)%00%(*objectname)%00%(contents)";
  git(dir, ["for-each-ref", format, "refs/tags/prompts", "refs/tags/agents"]);
  return performance.now() - started;
}

function fill(dir, artifacts, versions) {
  git(dir, ["init", "-q", "-b", "main"]);
  git(dir, ["fast-import", "--quiet"], history(artifacts, versions));
  git(dir, ["checkout", "-q", "main"]);
  git(dir, ["pack-refs", "--all"]);
}

function history(artifacts, versions) {
  const names = Array.from({ length: artifacts }, (_, i) => `p${i}`);
  const parts = [];
  for (let version = 1; version <= versions; version++) {
    parts.push(`commit refs/heads/main\nmark :${version}\ncommitter ${TAGGER}\n${data(`v${version}`)}`);
    if (version === 1) parts.push(file("agentops.config.yaml", CONFIG), file("evals/s.suite.yml", SUITE));
    for (const name of names) parts.push(file(`prompts/${name}.prompt.yml`, prompt(name, version)));
  }
  for (let version = 1; version <= versions; version++)
    for (const name of names) {
      const trailers = `Agentops-Digest: ${digest(name, version)}\nAgentops-Path: prompts/${name}.prompt.yml\n`;
      parts.push(
        `tag prompts/${name}/v${version}\nfrom :${version}\ntagger ${TAGGER}\n${data(`Publish\n\n${trailers}`)}`,
      );
    }
  return parts.join("");
}

const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
const file = (path, text) => `M 100644 inline ${path}\n${data(text)}`;
const prompt = (name, version) =>
  `name: ${name}\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "Text ${version}." }]\n`;
const edit = (dir, name, version) => writeFileSync(join(dir, "prompts", `${name}.prompt.yml`), prompt(name, version));

/** As the registry's: SHA-256 over the canonical JSON. */
function digest(name, version) {
  const messages = [{ content: `Text ${version}.`, role: "user" }];
  const text = JSON.stringify({ kind: "prompts", prompt: { messages, model: "offline/stand-in-v1", name } });
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function git(cwd, args, input) {
  const options = { cwd, env: { ...process.env, ...ENV }, maxBuffer: Infinity };
  return execFileSync("git", args, input === undefined ? options : { ...options, input });
}

if (isMain(import.meta.url)) {
  const options = { artifacts: { type: "string" }, versions: { type: "string" }, runs: { type: "string" } };
  const { values } = parseArgs({ options });
  const numbers = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
  console.log(table(await measureTags(numbers)));
}
