// How much `agentops eval` adds to the time its model takes, with every trial on disk.
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, megabytes, ratio, runNode, table, track } from "./measure.js";

const SERVER = fileURLToPath(new URL("./chat-server.js", import.meta.url));
const FLOOR = fileURLToPath(new URL("./floor.js", import.meta.url));
const LATENCY_MS = 20;
/** Of the bare loop: its calls alone, and its whole process with node's start and undici's. */
const AIMS = { run: 1.08, whole: 1.15, runAt0: 1.7, perSecondAt0: 6000 };
const KEY = { AGENTOPS_BENCH_KEY: "none" };

/** Rounds alternate a bare client and agentops against the same server, in new processes and a new store each. */
export async function measureThroughput({ cases = 10_000, concurrency = 50, rounds = 3 } = {}) {
  const idealMs = (cases * LATENCY_MS) / concurrency;
  const slow = await against(LATENCY_MS, { cases, concurrency, rounds });
  const fast = await against(0, { cases, concurrency, rounds });
  const label = `${cases} cases, ${concurrency} at once, ${LATENCY_MS} ms`;
  const atMost = (what, value, aim) => ({ what, result: ratio(value), aim: `≤ ${ratio(aim)}`, met: value <= aim });
  const wholeRate = (cases / fast.wallMs) * 1000;
  return [
    atMost(`${label}: run phase ÷ bare undici loop`, slow.runOverFloor, AIMS.run),
    atMost(`${label}: whole process ÷ whole process of the loop`, slow.wallOverWhole, AIMS.whole),
    { what: `${label}: whole process ÷ ideal`, result: ratio(slow.wallMs / idealMs) },
    { what: `${label}: run phase ÷ ideal`, result: ratio(slow.runMs / idealMs) },
    {
      what: `${label}: whole process ÷ ideal at the latency the server really had (${slow.heldMs.toFixed(1)} ms)`,
      result: ratio(slow.wallMs / ((cases * slow.heldMs) / concurrency)),
    },
    { what: `${label}: bare undici loop ÷ ideal`, result: ratio(slow.floorMs / idealMs) },
    { what: `${label}: whole process ÷ bare undici loop`, result: ratio(slow.wallOverFloor) },
    { what: `${label}: peak memory`, result: megabytes(slow.peakMb) },
    atMost("0 ms: run phase ÷ bare undici loop", fast.runOverFloor, AIMS.runAt0),
    {
      what: "0 ms: whole process",
      result: perSecond(cases, fast.wallMs),
      aim: `≥ ${AIMS.perSecondAt0} cases/s`,
      met: wholeRate >= AIMS.perSecondAt0,
    },
    { what: "0 ms: run phase", result: perSecond(cases, fast.runMs) },
    { what: "0 ms: bare undici loop", result: perSecond(cases, fast.floorMs) },
    { what: "0 ms: peak memory", result: megabytes(fast.peakMb) },
  ];
}

function perSecond(cases, ms) {
  return `${Math.round((cases / ms) * 1000)} cases/s`;
}

async function against(latencyMs, { cases, concurrency, rounds }) {
  const server = await startServer(latencyMs);
  try {
    const measured = [];
    for (let round = 0; round < rounds; round++) {
      const floor = await runNode([FLOOR, server.url, String(cases), String(concurrency)]);
      const ours = await inTempFolder((folder) => evalOnce(folder, server, { cases, concurrency }));
      const floorMs = Number(floor.stdout);
      measured.push({
        ...ours,
        floorMs,
        wallOverFloor: ours.wallMs / floorMs,
        wallOverWhole: ours.wallMs / floor.wallMs,
        runOverFloor: ours.runMs / floorMs,
      });
    }
    const keys = Object.keys(measured[0]);
    return Object.fromEntries(keys.map((key) => [key, median(measured.map((m) => m[key]))]));
  } finally {
    server.stop();
  }
}

/** Runs the real command in a new project, and checks that every trial was asked, scored and stored. */
export async function evalOnce(folder, server, { cases, concurrency }) {
  writeProject(folder, server.baseUrl, cases);
  const before = await server.served();
  const command = [AGENTOPS, "eval", "--concurrency", String(concurrency), "--json", "--quiet"];
  const { wallMs, stdout, peakMb } = await runNode(command, { cwd: folder, env: KEY, memory: true });
  const [run] = JSON.parse(stdout).runs;
  const after = await server.served();
  const asked = after.answered - before.answered;
  if (asked !== cases || run.succeeded !== cases)
    throw new Error(`${asked} asked and ${run.succeeded} right of ${cases}`);
  const listing = await runNode([AGENTOPS, "runs", "--json"], { cwd: folder });
  const [{ createdAt, finishedAt, scored }] = JSON.parse(listing.stdout).runs;
  if (scored !== cases) throw new Error(`${scored} stored of ${cases}`);
  const heldMs = (after.heldMs - before.heldMs) / asked;
  return { wallMs, peakMb, heldMs, runMs: Date.parse(finishedAt) - Date.parse(createdAt) };
}

function writeProject(folder, baseUrl, cases) {
  const write = (name, lines) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  for (const name of ["prompts", "evals", "fixtures"]) mkdirSync(join(folder, name));
  write("agentops.config.yaml", [
    "project: bench",
    "models:",
    `  local: { kind: openai-compatible, baseUrl: "${baseUrl}", apiKeyEnv: AGENTOPS_BENCH_KEY }`,
    "pricing:",
    "  local/bench-1: { inputPerMillionUsd: 1, outputPerMillionUsd: 2 }",
  ]);
  write("prompts/bench.prompt.yml", [
    "name: bench",
    "model: local/bench-1",
    "modelParameters: { temperature: 0 }",
    "messages:",
    '  - { role: user, content: "{{question}}" }',
    "agentops: { owner: bench, input: { type: object, properties: { question: { type: string } } } }",
  ]);
  write("evals/bench.suite.yml", [
    "name: bench",
    "target: prompts/bench",
    "dataset: ../fixtures/bench.jsonl",
    "scorers: [{ type: equals }]",
  ]);
  write(
    "fixtures/bench.jsonl",
    Array.from({ length: cases }, (_, i) =>
      JSON.stringify({ id: `q-${i}`, vars: { question: `What is six times seven? (question ${i})` }, expected: "42" }),
    ),
  );
}

export async function startServer(latencyMs) {
  const child = track(fork(SERVER, [String(latencyMs)]));
  const message = () => new Promise((done) => child.once("message", done));
  const { port } = await message();
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  return {
    baseUrl,
    url: `${baseUrl}/chat/completions`,
    served() {
      child.send("served?");
      return message();
    },
    stop: () => child.kill(),
  };
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "10000" },
      concurrency: { type: "string", default: "50" },
      rounds: { type: "string", default: "3" },
    },
  });
  const options = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
  console.log(table(await measureThroughput(options)));
}
