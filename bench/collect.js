// Spans a second that `agentops collect` has made durable, over HTTP, beside a bare HTTP echo of the same bodies and a bare insert.
import { spawn } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { AGENTOPS, inTempFolder, isMain, median, ratio, ROOT, table, track } from "./measure.js";
import { newSpans, templates } from "./trace-spans.js";

const AIMS = { protobuf: 20_000, "protobuf, gzip": 20_000, JSON: 15_000, "JSON, gzip": 15_000 };
const [A_REQUEST, CONNECTIONS, A_TRANSACTION] = [512, 8, 8192];

/** Reads each body and answers: no client can be served faster by node. */
const ECHO = `
const server = require("node:http").createServer((request, response) => {
  request.resume().on("end", () => response.end("{}"));
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ listening: "http://127.0.0.1:" + server.address().port })));
`;

/** A server in a process of its own, once it says where it listens; ended after the work. */
async function withServer(args, { cwd, env = {} }, work) {
  const child = track(spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] })); // prettier-ignore
  const ended = new Promise((done) => child.once("exit", done));
  try {
    const line = await new Promise((done, failed) => {
      child.stdout.once("data", (piece) => done(piece.toString()));
      child.once("exit", (code) => failed(new Error(`${args.join(" ")} ended with ${code}`)));
    });
    return await work(JSON.parse(line).listening);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

function post(url, { body, headers }, agent) {
  return new Promise((done, failed) => {
    const asked = request(`${url}/v1/traces`, { method: "POST", headers, agent }, (response) => {
      response.resume().on("end", () => done(response.statusCode));
    });
    asked.on("error", failed).end(body);
  });
}

/** Milliseconds until every request was answered with 200; the client is here, on the same cores. */
async function wallOf(url, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const waiting = [...requests];
  const client = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const status = await post(url, next, agent);
      if (status !== 200) throw new Error(`the answer is ${status}`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  const wallMs = performance.now() - started;
  agent.destroy();
  return wallMs;
}

async function requestsOf(batches) {
  const load = (name) => import(new URL(`../dist/traces/wire/${name}.js`, import.meta.url).href);
  const [{ writeOtlpProtobuf }, { writeOtlpJson }] = await Promise.all([
    load("otlp-protobuf"),
    load("write-otlp-json"),
  ]);
  const protobuf = batches.map((spans) => Buffer.from(writeOtlpProtobuf(spans)));
  const json = batches.map((spans) => Buffer.from(JSON.stringify(writeOtlpJson(spans))));
  const as = (type, bodies, more = {}) => bodies.map((body) => ({ body, headers: { "content-type": type, ...more } }));
  const packed = (bodies) => bodies.map((body) => gzipSync(body));
  const GZIP = { "content-encoding": "gzip" };
  return {
    protobuf: as("application/x-protobuf", protobuf),
    "protobuf, gzip": as("application/x-protobuf", packed(protobuf), GZIP),
    JSON: as("application/json", json),
    "JSON, gzip": as("application/json", packed(json), GZIP),
  };
}

/** What the same spans cost without us: a row a span with all of it as text, one unique key, as durable. */
function bareInsert(file, spans) {
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const sqlite = new Database(file);
  sqlite.pragma("journal_mode = WAL");
  sqlite.pragma("synchronous = full");
  sqlite.exec("CREATE TABLE s (seq INTEGER PRIMARY KEY, trace TEXT, span TEXT, body TEXT, UNIQUE (trace, span))");
  const insert = sqlite.prepare("INSERT INTO s (trace, span, body) VALUES (?, ?, ?)");
  const rows = spans.map((span) => [span.traceId, span.spanId, JSON.stringify(span)]);
  const started = performance.now();
  for (let from = 0; from < rows.length; from += A_TRANSACTION)
    sqlite.transaction(() => rows.slice(from, from + A_TRANSACTION).forEach((row) => insert.run(...row)))();
  const wallMs = performance.now() - started;
  sqlite.close();
  return wallMs;
}

/** One round of one wire: walls of the collector and of the echo, and the bytes of the store, checked to hold all. */
async function roundOf(folder, name, requests, n) {
  const cwd = join(folder, name);
  const store = `${cwd}.db`;
  const env = { AGENTOPS_STORE: store, NO_COLOR: "1" };
  const collector = [AGENTOPS, "-C", folder, "collect", "--port", "0", "--json", "--quiet"];
  const own = await withServer(collector, { cwd: ROOT, env }, (url) => wallOf(url, requests));
  const echo = await withServer(["-e", ECHO], { cwd: ROOT }, (url) => wallOf(url, requests));
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const sqlite = new Database(store);
  sqlite.pragma("wal_checkpoint(TRUNCATE)");
  const stored = sqlite.prepare("SELECT SUM(spans) FROM traces").pluck().get();
  sqlite.close();
  if (stored !== n) throw new Error(`${stored} of ${n} spans are stored`);
  return { own, echo, bytes: statSync(store).size / n };
}

export async function measureCollect({ runs = 3, requests: count = 60 } = {}) {
  return inTempFolder(async (folder) => {
    writeFileSync(join(folder, "agentops.config.yaml"), "project: bench\n");
    const template = await templates();
    const n = count * A_REQUEST;
    const spans = newSpans(template, n, 1);
    const batches = Array.from({ length: count }, (_, i) => spans.slice(i * A_REQUEST, (i + 1) * A_REQUEST));
    const wires = await requestsOf(batches);
    const bare = [];
    const rounds = Object.fromEntries(Object.keys(wires).map((wire) => [wire, []]));
    for (let round = 0; round < runs; round++) {
      bare.push(bareInsert(join(folder, `bare-${round}.db`), spans));
      for (const [wire, requests] of Object.entries(wires))
        rounds[wire].push(await roundOf(folder, `${wire}-${round}`, requests, n));
    }
    return rowsOf({ wires, rounds, bare, n });
  });
}

function rowsOf({ wires, rounds, bare, n }) {
  const rate = (walls) => n / (median(walls) / 1000);
  const rows = Object.entries(rounds).map(([wire, each]) => {
    const walls = each.map(({ own }) => own);
    const toEcho = ratio(median(each.map(({ own, echo }) => own / echo)));
    const toBare = ratio(median(walls.map((wall, i) => wall / bare[i])));
    const sent = wires[wire].reduce((sum, { body }) => sum + body.length, 0) / n;
    return {
      what: `collect, ${wire}, ${whole(sent)} bytes a span (${toEcho} an HTTP echo of it, ${whole(rate(each.map(({ echo }) => echo)))}/s; ${toBare} a bare insert)`,
      result: `${whole(rate(walls))}/s`,
      aim: `≥ ${whole(AIMS[wire])}/s`,
      met: rate(walls) >= AIMS[wire],
    };
  });
  const bytes = median(rounds.protobuf.map((round) => round.bytes));
  return [
    ...rows,
    { what: "bare insert of the same spans as text, FULL", result: `${whole(rate(bare))}/s` },
    { what: "bytes a span stored", result: whole(bytes) },
  ];
}

function whole(n) {
  return Math.round(n).toLocaleString("en-US");
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "3" }, requests: { type: "string", default: "60" } },
  });
  console.log(table(await measureCollect({ runs: Number(values.runs), requests: Number(values.requests) })));
}
