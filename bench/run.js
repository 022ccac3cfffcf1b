// All benchmarks, one table: node bench/run.js. Exits 1 when an aim is missed.
import { measureCanary } from "./canary.js";
import { measureCollect } from "./collect.js";
import { measureDiff } from "./diff.js";
import { measureThroughput } from "./eval-throughput.js";
import { measureExposures } from "./exposures.js";
import { measureHarm } from "./harm.js";
import { measureKill } from "./kill.js";
import { measureMemory } from "./memory.js";
import { table } from "./measure.js";
import { measureObserve } from "./observe.js";
import { measurePostgres } from "./postgres.js";
import { measureRegistry } from "./registry.js";
import { measureResolve } from "./resolve.js";
import { measureSeen } from "./seen.js";
import { measureSize } from "./size.js";
import { measureStartup } from "./startup.js";

const BENCHMARKS = [
  ["start-up", measureStartup],
  ["kill", measureKill],
  ["seen", measureSeen],
  ["resolve", measureResolve],
  ["harm", measureHarm],
  ["exposures", measureExposures],
  ["observe", measureObserve],
  ["observe on PostgreSQL", measurePostgres],
  ["collect", measureCollect],
  ["canary", measureCanary],
  ["eval throughput", measureThroughput],
  ["memory", measureMemory],
  ["diff", measureDiff],
  ["registry", measureRegistry],
  ["size", measureSize],
];

const rows = [];
for (const [name, measure] of BENCHMARKS) {
  console.error(`measuring ${name} …`);
  rows.push({ what: name.toUpperCase(), result: "" });
  try {
    rows.push(...(await measure()));
  } catch (error) {
    // What was measured before it, and what comes after it, is worth having.
    rows.push({ what: error.message.split("\n")[0], result: "failed", met: false });
  }
}
console.log(table(rows));
process.exitCode = rows.some((row) => row.met === false) ? 1 : 0;
