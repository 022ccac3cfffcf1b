// Real traffic, simulated request by request: late and missing outcomes, candidates that break, bots; what the engine makes of it, and what
// three rules of other tools make of the same requests. node bench/scenarios.js --runs 100 --only "A/A" (bench/README.md, bench/scenarios/).
import { parseArgs } from "node:util";
import { tableOf } from "./scenarios/results.js";
import { ENGINES, rowsOf, runner } from "./scenarios/rows.js";
import { inStore } from "./scenarios/store.js";
import { SCENARIOS } from "./scenarios/table.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    only: { type: "string", multiple: true, default: [] },
    engine: { type: "string", multiple: true, default: Object.keys(ENGINES) },
    seed: { type: "string", default: "1" },
    store: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

const chosen = SCENARIOS.filter(
  ({ name }) => values.only.length === 0 || values.only.some((part) => name.includes(part)),
);
const unknown = values.engine.filter((key) => !(key in ENGINES));
if (chosen.length === 0 || unknown.length > 0) {
  console.error(chosen.length === 0 ? "no scenario has that in its name: --list" : `no engine ${unknown[0]}: ${Object.keys(ENGINES).join(", ")}`); // prettier-ignore
  process.exitCode = 2;
} else if (values.list) {
  for (const { name, must, why } of chosen) console.log(`${name.padEnd(38)} ${must}: ${why}`);
} else {
  const engines = values.store ? [Object.assign(inStore, { title: "store" })] : values.engine.map(runner);
  const rows = [];
  for (const scenario of chosen) {
    const started = performance.now();
    const its = await rowsOf(scenario, { engines, runs: Number(values.runs), seed: values.seed });
    rows.push(...its);
    // One line a row, as soon as it is there: a run of hours that is ended has not been in vain.
    if (values.json) for (const row of its) console.log(JSON.stringify(row));
    console.error(`${scenario.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  if (!values.json) console.log(tableOf(rows));
}
