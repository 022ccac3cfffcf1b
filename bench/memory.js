// Peak memory of scoring recorded outputs, and whether it grows with the number of cases.
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, megabytes, ratio, runNode, table } from "./measure.js";

const AIM_MB = 200;
/**
 * Ten times the cases would be ten times the memory if they were held. They are not, but a short run ends before the
 * store's page cache is full and before the heap has grown to where garbage is collected, so its peak is lower.
 */
const AIM_GROWTH = 1.5;
const LAYOUTS = [
  { name: "outputs in the dataset's file", outputs: "data.jsonl" },
  { name: "outputs in a second file", outputs: "outputs.jsonl" },
];

export async function measureMemory({ sizes = [20_000, 100_000, 200_000] } = {}) {
  const rows = [];
  for (const layout of LAYOUTS) {
    const peaks = [];
    for (const cases of sizes) {
      const { peakMb, wallMs } = await inTempFolder((folder) => evalOutputs(folder, layout.outputs, cases));
      peaks.push(peakMb);
      rows.push({
        what: `${cases} cases, ${layout.name}: peak memory (${(wallMs / 1000).toFixed(1)} s)`,
        result: megabytes(peakMb),
        aim: `≤ ${megabytes(AIM_MB)}`,
        met: peakMb <= AIM_MB,
      });
    }
    const growth = peaks.at(-1) / peaks[0];
    rows.push({
      what: `${sizes.at(-1)} ÷ ${sizes[0]} cases, ${layout.name}: peak memory`,
      result: ratio(growth),
      aim: `≤ ${ratio(AIM_GROWTH)}`,
      met: growth <= AIM_GROWTH,
    });
  }
  return rows;
}

async function evalOutputs(folder, outputs, cases) {
  mkdirSync(join(folder, "evals"));
  const write = (name, lines) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  write("agentops.config.yaml", ["project: bench"]);
  write("evals/bench.suite.yml", [
    "name: bench",
    "dataset: { file: data.jsonl, id: id, vars: { question: question }, expected: expected }",
    `outputs: { file: ${outputs}, case: id, output: output, latencyMs: ms, costUsd: cost }`,
    "scorers: [{ type: equals }]",
  ]);
  await writeRecords(join(folder, "evals", "data.jsonl"), cases);
  if (outputs !== "data.jsonl") await writeRecords(join(folder, "evals", outputs), cases);
  const measured = await runNode([AGENTOPS, "eval", "--json", "--quiet"], { cwd: folder, memory: true });
  const [run] = JSON.parse(measured.stdout).runs;
  const right = cases - Math.ceil(cases / 10);
  if (run.scored !== cases || run.succeeded !== right)
    throw new Error(`${run.scored} scored, ${run.succeeded} right; expected ${cases} and ${right}`);
  return measured;
}

/** About 400 bytes a line; every tenth output is wrong. */
async function writeRecords(file, cases) {
  const question = "How many apples are left when half of them are eaten? ".repeat(5);
  await pipeline(function* () {
    for (let i = 0; i < cases; i++) {
      const expected = String(i);
      const output = i % 10 === 0 ? "no idea" : expected;
      const record = { id: `case-${i}`, question: question + i, expected, output, ms: 300 + (i % 997), cost: 0.001 };
      yield `${JSON.stringify(record)}\n`;
    }
  }, createWriteStream(file));
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { sizes: { type: "string", default: "20000,100000,200000" } } });
  console.log(table(await measureMemory({ sizes: values.sizes.split(",").map(Number) })));
}
