// The same cases against the same server, by agentops and by promptfoo, which is not installed with this repository:
// npm i --prefix /tmp/peer promptfoo && node bench/peer.js /tmp/peer --cases 2000
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { evalOnce, startServer } from "./eval-throughput.js";
import { inTempFolder, median, ratio, runNode, table } from "./measure.js";

const LATENCY_MS = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", default: "2000" },
    concurrency: { type: "string", default: "50" },
    rounds: { type: "string", default: "3" },
  },
});
const [folder] = positionals;
const [cases, concurrency, rounds] = [values.cases, values.concurrency, values.rounds].map(Number);
const home = join(folder ?? "", "node_modules/promptfoo");
const { version, bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));

/** Its own cache and telemetry off, results in its own store and in a file, as ours are. */
async function promptfooOnce(here, { baseUrl }) {
  mkdirSync(join(here, "home"));
  const config = {
    prompts: ["{{question}}"],
    providers: [{ id: "openai:chat:bench-1", config: { apiBaseUrl: baseUrl, apiKey: "none", temperature: 0 } }],
    tests: Array.from({ length: cases }, (_, i) => ({
      vars: { question: `What is six times seven? (question ${i})` },
      assert: [{ type: "equals", value: "42" }],
    })),
  };
  writeFileSync(join(here, "promptfooconfig.json"), JSON.stringify(config));
  const flags = ["--no-cache", "--no-table", "--no-progress-bar", "--max-concurrency", String(concurrency)];
  const env = {
    PROMPTFOO_CONFIG_DIR: join(here, "home"),
    PROMPTFOO_DISABLE_TELEMETRY: "1",
    PROMPTFOO_DISABLE_UPDATE: "1",
    PROMPTFOO_DISABLE_REMOTE_GENERATION: "1",
  };
  const command = [join(home, bin.promptfoo), "eval", "-c", "promptfooconfig.json", ...flags, "--output", "out.json"];
  const { wallMs } = await runNode(command, { cwd: here, env });
  const { successes } = JSON.parse(readFileSync(join(here, "out.json"), "utf8")).results.stats;
  if (successes !== cases) throw new Error(`${successes} right of ${cases}`);
  return wallMs;
}

const server = await startServer(LATENCY_MS);
const measured = [];
for (let round = 0; round < rounds; round++) {
  const ours = await inTempFolder((here) => evalOnce(here, server, { cases, concurrency }));
  measured.push({ ours: ours.wallMs, theirs: await inTempFolder((here) => promptfooOnce(here, server)) });
}
server.stop();
const idealMs = (cases * LATENCY_MS) / concurrency;
const of = (pick) => median(measured.map(pick));
const label = `${cases} cases, ${concurrency} at once, ${LATENCY_MS} ms`;
console.log(
  table([
    { what: `${label}: agentops ÷ ideal`, result: ratio(of(({ ours }) => ours / idealMs)) },
    { what: `${label}: promptfoo ${version} ÷ ideal`, result: ratio(of(({ theirs }) => theirs / idealMs)) },
    { what: `${label}: promptfoo ÷ agentops`, result: ratio(of(({ ours, theirs }) => theirs / ours)) },
  ]),
);
