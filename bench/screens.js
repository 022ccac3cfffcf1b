// One run of each chosen scenario through the real binary, by a clock that stands where the run is, and what its screens say at the end.
// node bench/screens.js "95 to 90, ramp" "settle 4 h"
import { inTempFolder } from "./measure.js";
import { throughBinary } from "./scenarios/binary.js";
import { seedOf } from "./scenarios/random.js";
import { SCENARIOS } from "./scenarios/table.js";
import { trafficOf } from "./scenarios/traffic.js";

const SCREENS = [["status"], ["canary", "status", "x"]];

const parts = process.argv.slice(2);
const chosen = SCENARIOS.filter(({ name }) => parts.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(
    'which scenario? a part of its name: node bench/scenarios.js --list says them; node bench/screens.js "95 to 90, ramp"',
  );
  process.exitCode = 2;
}
for (const { name, must, world } of chosen) {
  console.log(`\n## ${name}: ${must}`);
  const screens = await inTempFolder((folder) =>
    throughBinary(folder, world, trafficOf(world, seedOf("1", name, 0)), SCREENS),
  );
  for (const [typed, text] of screens) console.log(`\n$ agentops ${typed}\n${text}`);
}
