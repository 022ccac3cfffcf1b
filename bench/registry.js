// How long the commands take on large registries, in units of what it takes to read the same and nothing else, or git alone to write it.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { change, changeAll, committedAndPushed, ENV, git, madeRegistry } from "./big-registry.js";
import { AGENTOPS, inTempFolder, isMain, median, ratio, ROOT, runNode, table } from "./measure.js";

const gate = ["gate", "--base", "origin/main"];
// Two cases are not enough for a verdict: the gate ends with 3.
const codes = [0, 3];
const FORMAT = "--format=%(refname) %(*objectname) %(contents)";
const READ = join(ROOT, "bench", "read-prompts.js");

const MANY = { prompts: 5000, versions: 1 };
const reading = ["reading and parsing them in node", async (dir) => (await runNode([READ], { cwd: dir })).wallMs];

/** `first` runs before each round's command and is not timed. */
const VERSIONS = {
  what: "20,000 versions (20 prompts × 1,000)",
  size: { prompts: 20, versions: 1000 },
  floor: ["git for-each-ref", (dir) => wallOf(() => git(dir, ["for-each-ref", FORMAT, "refs/tags"]))],
  commands: [
    { args: ["list"], aim: 4 },
    { args: ["log", "p0"], aim: 4 },
    { args: ["show", "p0@v1"], aim: 4 },
    { args: ["promote", "p1", "--override", "--reason", "bench"], aim: 4 },
    { args: gate, first: (dir, round) => change(dir, "p0", round), aim: 6 },
    { args: ["publish", "p0"], first: (dir, round) => change(dir, "p0", `${round} again`), aim: 6 },
  ],
};
const ARTIFACTS = {
  what: "5,000 prompts",
  size: MANY,
  floor: reading,
  commands: [
    { args: ["list"], aim: 4 },
    { args: ["lint"], aim: 4 },
    { args: gate, first: (dir, round) => change(dir, "p0", round), aim: 6 },
    { args: ["publish"], first: (dir, round) => change(dir, "p0", `${round} again`), aim: 6 },
  ],
};

/** `beforeFloor` is not timed either: what git commits must be other words than what is published then. */
const CHANGED = {
  what: "5,000 changed prompts",
  size: MANY,
  floor: reading,
  commands: [
    { args: ["lint"], first: (dir, round) => changeAll(dir, MANY, round), aim: 4 },
    { args: gate, aim: 8 },
  ],
};
const PUBLISHED = {
  what: "publish of 5,000 changed prompts",
  size: { ...MANY, remote: "origin.git" },
  floor: ["git commit, a ref for each, git push", (dir, round) => wallOf(() => committedAndPushed(dir, MANY, round))],
  beforeFloor: (dir, round) => changeAll(dir, MANY, `${round} of the floor`),
  commands: [{ args: ["publish"], first: (dir, round) => changeAll(dir, MANY, round), aim: 4 }],
};

export async function measureRegistry({ runs = 3, only } = {}) {
  const rows = [];
  for (const one of [VERSIONS, ARTIFACTS, CHANGED, PUBLISHED])
    if (only === undefined || one.what.startsWith(only)) rows.push(...(await measureOne(one, runs)));
  return rows;
}

/** Every round runs git's reading and each command once. */
async function measureOne({ what, size, floor: [floorName, floor], beforeFloor, commands }, runs) {
  return inTempFolder(async (folder) => {
    const dir = join(folder, "registry");
    await madeRegistry(dir, { ...size, ...(size.remote !== undefined && { remote: join(folder, size.remote) }) });
    const floors = [];
    const walls = commands.map(() => []);
    for (let round = 0; round < runs; round++) {
      beforeFloor?.(dir, round);
      floors.push(await floor(dir, round));
      for (const [i, { args, first }] of commands.entries()) {
        first?.(dir, round);
        const { wallMs } = await runNode([AGENTOPS, ...args], { cwd: dir, env: ENV, codes });
        walls[i].push(wallMs);
      }
      await git(dir, ["update-ref", "refs/remotes/origin/main", "main"]);
    }
    return [
      { what: `${what}: ${floorName}`, result: `${median(floors).toFixed(0)} ms` },
      ...commands.map(({ args, aim }, i) => {
        const times = median(walls[i].map((wall, round) => wall / floors[round]));
        return {
          what: `  agentops ${args.join(" ")}: wall ÷ that (${median(walls[i]).toFixed(0)} ms)`,
          result: ratio(times),
          ...(aim !== undefined && { aim: `≤ ${ratio(aim)}`, met: times <= aim }),
        };
      }),
    ];
  });
}

async function wallOf(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "3" }, only: { type: "string" } } });
  console.log(table(await measureRegistry({ runs: Number(values.runs), only: values.only })));
}
