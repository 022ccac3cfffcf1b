// How long the commands take that read the registry, in one of 20,000 versions and one of 5,000 prompts, in units of what it takes to read the same and nothing else.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { change, ENV, git, madeRegistry } from "./big-registry.js";
import { AGENTOPS, inTempFolder, isMain, median, ratio, ROOT, runNode, table } from "./measure.js";

const gate = ["gate", "--base", "origin/main"];
// Two cases are not enough for a verdict: the gate ends with 3.
const codes = [0, 3];
const FORMAT = "--format=%(refname) %(*objectname) %(contents)";
const READ = join(ROOT, "bench", "read-prompts.js");

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
  size: { prompts: 5000, versions: 1 },
  floor: ["reading and parsing them in node", async (dir) => (await runNode([READ], { cwd: dir })).wallMs],
  commands: [
    { args: ["list"], aim: 4 },
    { args: ["lint"], aim: 4 },
    { args: gate, first: (dir, round) => change(dir, "p0", round), aim: 6 },
    { args: ["publish"], first: (dir, round) => change(dir, "p0", `${round} again`), aim: 6 },
  ],
};

export async function measureRegistry({ runs = 3, only } = {}) {
  const rows = [];
  for (const one of [VERSIONS, ARTIFACTS])
    if (only === undefined || one.what.startsWith(only)) rows.push(...(await measureOne(one, runs)));
  return rows;
}

/** Every round runs git's reading and each command once. */
async function measureOne({ what, size, floor: [floorName, floor], commands }, runs) {
  return inTempFolder(async (dir) => {
    await madeRegistry(dir, size);
    const floors = [];
    const walls = commands.map(() => []);
    for (let round = 0; round < runs; round++) {
      floors.push(await floor(dir));
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
