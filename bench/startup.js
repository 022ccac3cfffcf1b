// How long the command line takes to answer, in units of an empty node process.
import { parseArgs } from "node:util";
import { AGENTOPS, isMain, median, ratio, runNode, table } from "./measure.js";

const WARM_UPS = 2;
const COMMANDS = [
  { what: "agentops --version", args: [AGENTOPS, "--version"], aim: 1.5 },
  { what: "agentops --help", args: [AGENTOPS, "--help"], aim: 2 },
  { what: "agentops lint", args: [AGENTOPS, "lint"], aim: 4 },
];

/** Every round runs the empty process and each command once, so a busy moment of the machine hits both sides. */
export async function measureStartup({ runs = 15 } = {}) {
  const empty = [];
  const walls = COMMANDS.map(() => []);
  for (let round = -WARM_UPS; round < runs; round++) {
    const { wallMs } = await runNode(["-e", "0"]);
    if (round >= 0) empty.push(wallMs);
    for (const [i, { args }] of COMMANDS.entries()) {
      const timed = await runNode(args);
      if (round >= 0) walls[i].push(timed.wallMs);
    }
  }
  return [
    { what: "node -e 0", result: `${median(empty).toFixed(0)} ms` },
    ...COMMANDS.map(({ what, aim }, i) => {
      const times = median(walls[i].map((wall, round) => wall / empty[round]));
      return {
        what: `${what}: wall ÷ node -e 0 (${median(walls[i]).toFixed(0)} ms)`,
        result: ratio(times),
        aim: `≤ ${ratio(aim)}`,
        met: times <= aim,
      };
    }),
  ];
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
  console.log(table(await measureStartup({ runs: Number(values.runs) })));
}
