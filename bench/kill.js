// How long someone on call waits for `agentops kill`, in units of an empty node process.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";

const WARM_UPS = 2;
const AIM = 1.45;
const COMMANDS = [
  { what: "agentops kill NAME", args: [] },
  { what: "agentops kill NAME --env production", args: ["--env", "production"] },
];

/** Every round kills another name, so that each is a kill of its own: marker, switch and audit event on the disk. */
export async function measureKill({ runs = 15 } = {}) {
  return inTempFolder(async (cwd) => {
    writeFileSync(join(cwd, "agentops.config.yaml"), "project: bench\nenvironments: [staging, production]\n");
    mkdirSync(join(cwd, ".agentops"));
    mkdirSync(join(cwd, "agents"));
    const empty = [];
    const walls = COMMANDS.map(() => []);
    for (let round = -WARM_UPS; round < runs; round++) {
      const { wallMs } = await runNode(["-e", "0"], { cwd });
      if (round >= 0) empty.push(wallMs);
      for (const [i, { args }] of COMMANDS.entries()) {
        const name = `agents/victim-${round + WARM_UPS}-${i}`;
        // An agent of the project: whoever is woken up kills one that exists.
        writeFileSync(join(cwd, `${name}.agent.yml`), "name: victim\n");
        const timed = await runNode([AGENTOPS, "kill", name, "--reason", "bench", ...args], { cwd });
        if (round >= 0) walls[i].push(timed.wallMs);
      }
    }
    check(cwd, (runs + WARM_UPS) * COMMANDS.length);
    return COMMANDS.map(({ what }, i) => {
      const times = median(walls[i].map((wall, round) => wall / empty[round]));
      return {
        what: `${what}: wall ÷ node -e 0 (${median(walls[i]).toFixed(0)} ms ÷ ${median(empty).toFixed(0)} ms)`,
        result: ratio(times),
        aim: `≤ ${ratio(AIM)}`,
        met: times <= AIM,
      };
    });
  });
}

/** A command that did nothing is fast, and no measurement. */
function check(cwd, expected) {
  const store = join(cwd, ".agentops", "state.db");
  const markers = readdirSync(`${store}.kills`).filter((name) => name.includes("~")).length;
  if (markers !== expected || !existsSync(store)) throw new Error(`${markers} markers after ${expected} kills`);
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
  console.log(table(await measureKill({ runs: Number(values.runs) })));
}
