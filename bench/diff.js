// A diff of two large runs: seconds, peak memory, and how far it is from merely reading the rows it needs.
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, megabytes, ratio, ROOT, runNode, table } from "./measure.js";

const AIM_SECONDS = 3;
const AIM_MB = 300;

export async function measureDiff({ cases = 100_000, trials = 3, rounds = 5 } = {}) {
  return inTempFolder(async (folder) => {
    const [control, candidate] = await twoRuns(folder, cases, trials);
    const diffs = [];
    const floors = [];
    for (let round = 0; round < rounds; round++) {
      floors.push(await runNode([join(ROOT, "bench", "read-rows.js"), join(folder, ".agentops", "state.db")]));
      const output = join(folder, "diff.json");
      diffs.push(
        await runNode([AGENTOPS, "diff", control, candidate, "--json", "--output", output], {
          cwd: folder,
          memory: true,
        }),
      );
    }
    const seconds = median(diffs.map((d) => d.wallMs)) / 1000;
    const peak = Math.max(...diffs.map((d) => d.peakMb));
    const floor = median(floors.map((f) => f.wallMs)) / 1000;
    const what = `${cases} cases × ${trials} trials on both sides`;
    return [
      {
        what: `diff of ${what}`,
        result: `${seconds.toFixed(2)} s`,
        aim: `≤ ${AIM_SECONDS} s`,
        met: seconds <= AIM_SECONDS,
      },
      {
        what: `diff of ${what}: peak memory`,
        result: megabytes(peak),
        aim: `≤ ${megabytes(AIM_MB)}`,
        met: peak <= AIM_MB,
      },
      { what: "the same ÷ reading those rows and nothing else", result: ratio(seconds / floor) },
    ];
  });
}

async function twoRuns(folder, cases, trials) {
  mkdirSync(join(folder, "evals"));
  writeFileSync(join(folder, "agentops.config.yaml"), "project: bench\n");
  writeFileSync(
    join(folder, "evals", "bench.suite.yml"),
    [
      "name: bench",
      "dataset: { file: cases.jsonl, id: id, expected: expected }",
      "outputs: { file: control.jsonl, case: id, trial: trial, output: output, latencyMs: ms, costUsd: usd, outputTokens: tokens }",
      "scorers:",
      "  - { type: equals }",
      '  - { type: not-contains, value: "secret", category: safety }',
      "",
    ].join("\n"),
  );
  await writeLines(join(folder, "evals", "cases.jsonl"), cases, (i) => ({ id: `case-${i}`, expected: String(i % 7) }));
  const ids = [];
  for (const [name, wrong, slower] of [
    ["control", 9, 1],
    ["candidate", 10, 1.02],
  ]) {
    await writeLines(join(folder, "evals", `${name}.jsonl`), cases * trials, (i) => {
      const c = Math.floor(i / trials);
      // Every ninth (tenth) trial is wrong, and latency depends on the case and the trial.
      const output = (i * 7919) % wrong === 0 ? "no idea" : String(c % 7);
      const ms = (200 + (c % 613) + ((i * 31) % 97)) * slower;
      return { id: `case-${c}`, trial: i % trials, output, ms, usd: 0.001 + (c % 50) / 1e5, tokens: 20 + (i % 13) };
    });
    const file = join("evals", `${name}.jsonl`);
    const run = await runNode([AGENTOPS, "eval", "bench", "--outputs", file, "--json", "--quiet"], { cwd: folder });
    ids.push(JSON.parse(run.stdout).runs[0].id);
  }
  return ids;
}

async function writeLines(file, count, record) {
  await pipeline(function* () {
    for (let i = 0; i < count; i++) yield `${JSON.stringify(record(i))}\n`;
  }, createWriteStream(file));
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "100000" },
      trials: { type: "string", default: "3" },
      rounds: { type: "string", default: "5" },
    },
  });
  const numbers = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
  console.log(table(await measureDiff(numbers)));
}
