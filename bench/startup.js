// How long the command line takes to answer, in units of an empty node process.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";
import { storeWithRollout, storeWithStable } from "./rollout-store.js";

const WARM_UPS = 2;

/** All of this repository, whose sample project has git, a config and suites; `store` is what status is asked about. */
const COMMANDS = [
  { args: ["--version"], aim: 1.3 },
  { args: ["--help"], aim: 1.3 },
  { args: ["lint", "prompts/support-triage.prompt.yml"], aim: 3.3 },
  { args: ["lint"] },
  { args: ["status"], store: "released.db", aim: 2.5 },
  { args: ["status"], store: "rollout.db", what: "status of a rollout under way" },
];

/** Every round runs the empty process and each command once, so a busy moment of the machine hits both sides. */
export async function measureStartup({ runs = 15 } = {}) {
  return inTempFolder(async (folder) => {
    await storeWithStable(join(folder, "released.db"));
    await storeWithRollout(join(folder, "rollout.db"));
    const empty = [];
    const walls = COMMANDS.map(() => []);
    for (let round = -WARM_UPS; round < runs; round++) {
      const { wallMs } = await runNode(["-e", "0"]);
      if (round >= 0) empty.push(wallMs);
      for (const [i, command] of COMMANDS.entries()) {
        const timed = await timedRun(command, folder);
        if (round >= 0) walls[i].push(timed);
      }
    }
    return [
      { what: "node -e 0", result: `${median(empty).toFixed(0)} ms` },
      ...COMMANDS.map((command, i) => rowOf(command, walls[i], empty)),
    ];
  });
}

async function timedRun({ args, store }, folder) {
  const env = store === undefined ? {} : { AGENTOPS_STORE: join(folder, store) };
  const { wallMs, stdout } = await runNode([AGENTOPS, ...args], { env });
  // A command that did nothing is fast, and no measurement.
  if (store !== undefined && !stdout.includes("serves v1"))
    throw new Error(`status does not show the store:\n${stdout}`);
  return wallMs;
}

function rowOf({ args, what = args.join(" "), aim }, walls, empty) {
  const times = median(walls.map((wall, round) => wall / empty[round]));
  const row = { what: `agentops ${what}: wall ÷ node -e 0 (${median(walls).toFixed(0)} ms)`, result: ratio(times) };
  return aim === undefined ? row : { ...row, aim: `≤ ${ratio(aim)}`, met: times <= aim };
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
  console.log(table(await measureStartup({ runs: Number(values.runs) })));
}
