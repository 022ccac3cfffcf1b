// What it costs to count who was served what: in resolve(), beside the build of another release where --before names its folder; in the store
// a row and a million answers; and in what is recorded with it.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { recorderFor } from "../dist/observations/record.js";
import { fileAddress } from "../dist/state/address.js";
import { openStore } from "../dist/state/open.js";
import { diskBytes, inTempFolder, isMain, median, megabytes, ratio, ROOT, runNode, table } from "./measure.js";
import { outcomes, storeWithExposures, storeWithRollout, storeWithStable } from "./rollout-store.js";

const AT = Date.parse("2026-11-21T10:00:00.000Z");
const SEEN = 5000;
const UNITS = 12_000;
const BATCH = 1000;
const MOST_BYTES = 50;
const MOST_RATIO = 2.5;
const ROLLOUT = { rollout: "0199f000-0000-7000-8000-000000000001", weight: 0.05 };

/** Percentiles of one call each, in µs. */
const TIMED = `
const { AgentOps } = await import(process.env.SDK);
const { store, n, seen } = JSON.parse(process.env.TIMED);
const ops = new AgentOps({ store, env: "production" });
const WARM_UPS = 100_000;
const units = Array.from({ length: n + WARM_UPS }, (_, i) => (seen > 0 ? "user-" + (i % seen) : "unit-" + i));
const times = new Float64Array(n);
for (let i = -WARM_UPS; i < n; i++) {
  const unit = units[i + WARM_UPS];
  const started = performance.now();
  const { value } = ops.resolve("prompts/x", { unit });
  const ended = performance.now();
  if (value === null) throw new Error("nothing was served");
  if (i >= 0) times[i] = (ended - started) * 1000;
}
ops.close();
times.sort();
console.log(JSON.stringify([0.5, 0.99].map((share) => times[Math.floor(share * n)])));
`;

export async function measureExposures({ n = 200_000, answers = 1_000_000, rounds = 3, before = null } = {}) {
  return inTempFolder(async (cwd) => [
    ...(await resolving(cwd, { n, rounds, before })),
    ...(await stored(join(cwd, "size.db"), answers)),
    await recording(cwd, rounds),
  ]);
}

async function resolving(cwd, { n, rounds, before }) {
  const scenes = [
    ["no rollout, a unit seen before", storeWithStable, SEEN],
    ["a plan without exposures, a unit seen before", storeWithRollout, SEEN],
    ["a plan without exposures, a new unit", storeWithRollout, 0],
    ["a plan with exposures, a unit seen before", storeWithExposures, SEEN],
    ["a plan with exposures, a new unit", storeWithExposures, 0],
  ];
  const builds = [ROOT, ...(before === null ? [] : [resolve(before)])];
  const rows = [];
  for (const [i, [what, begin, seen]] of scenes.entries()) {
    const runs = builds.map(() => []);
    for (let round = 0; round < rounds; round++)
      for (const [b, build] of builds.entries()) {
        const store = join(cwd, `${i}-${round}-${b}`, "state.db");
        await begin(store);
        const env = { SDK: join(build, "dist", "sdk", "index.js"), TIMED: JSON.stringify({ store, n, seen }) };
        runs[b].push(JSON.parse((await runNode(["--input-type=module", "-e", TIMED], { cwd, env })).stdout));
      }
    const [now, then] = runs.map((its) => [0, 1].map((at) => median(its.map((times) => times[at]))));
    const words = ([p50, p99]) => `p50 ${p50.toFixed(2)} µs, p99 ${p99.toFixed(2)} µs`;
    rows.push({ what: `resolve(), ${what}`, result: words(now) + (then === undefined ? "" : ` (before: ${words(then)})`) }); // prettier-ignore
  }
  return rows;
}

/** Answers of a day to units by chance, a batch a minute. */
async function stored(file, answers) {
  await storeWithExposures(file);
  const sizeOf = () => {
    const Database = createRequire(import.meta.url)("better-sqlite3");
    const sqlite = new Database(file);
    sqlite.pragma("wal_checkpoint(TRUNCATE)");
    const rows = sqlite.prepare("SELECT COUNT(*) FROM exposures").pluck().get();
    sqlite.close();
    return { bytes: diskBytes(file), rows };
  };
  const empty = sizeOf();
  const [random, perMinute] = [seeded(7), Math.round(answers / 1440)];
  const store = await openStore(fileAddress(file), { durability: "normal" });
  const recorder = recorderFor(store);
  const begun = performance.now();
  for (let i = 0; i < 1440; i++) await recorder.expose("production", { exposures: minuteOf(i, perMinute, random), from: { source: "bench", batch: i + 1 } }, new Date(AT)); // prettier-ignore
  const wallMs = performance.now() - begun;
  await store.close();
  const { bytes, rows } = sizeOf();
  const each = (bytes - empty.bytes) / (1440 * perMinute);
  return [
    {
      what: `${whole(1440 * perMinute)} answers to ${whole(UNITS)} units in a day: ${whole(rows)} rows, ${megabytes((bytes - empty.bytes) / 1e6)}`,
      result: `${each.toFixed(1)} bytes an answer`,
      aim: `≤ ${MOST_BYTES}`,
      met: each <= MOST_BYTES,
    },
    { what: "the same, written", result: `${whole((1440 * perMinute) / (wallMs / 1000))}/s` },
  ];
}

function minuteOf(i, n, random) {
  const minute = Math.floor(AT / 60_000) + i;
  return Array.from({ length: n }, () => exposureOf(`user-${Math.floor(random() * UNITS)}`, minute));
}

function exposureOf(unit, minute) {
  // Each unit keeps its version.
  const version = hash(unit) % 20 === 0 ? "v2" : "v1";
  return { target: "prompts/x", version, unit, minute, n: 1, ...ROLLOUT };
}

/** Outcomes with the exposure of each, against outcomes alone. */
async function recording(cwd, rounds) {
  const all = outcomes(50_000).map((its) => ({ ...its, version: hash(its.unit) % 20 === 0 ? "v2" : "v1" }));
  const walls = { alone: [], both: [] };
  for (let round = 0; round < rounds; round++) {
    const alone = join(cwd, `alone-${round}.db`);
    await storeWithRollout(alone);
    walls.alone.push(await recorded(alone, all, false));
    const both = join(cwd, `both-${round}.db`);
    await storeWithExposures(both);
    walls.both.push(await recorded(both, all, true));
  }
  const cost = median(walls.both.map((wall, i) => wall / walls.alone[i]));
  const rate = (wallsMs) => whole(all.length / (median(wallsMs) / 1000));
  return {
    what: `outcomes with their exposures (${rate(walls.both)}/s) beside outcomes alone (${rate(walls.alone)}/s)`,
    result: ratio(cost),
    aim: `≤ ${ratio(MOST_RATIO)}`,
    met: cost <= MOST_RATIO,
  };
}

async function recorded(file, all, exposes) {
  const store = await openStore(fileAddress(file), { durability: "normal" });
  const recorder = recorderFor(store);
  const now = new Date(all.at(-1).at);
  const begun = performance.now();
  for (let i = 0; i < all.length; i += BATCH) {
    const some = all.slice(i, i + BATCH);
    const exposures = some.map(({ unit, at }) => exposureOf(unit, Math.floor(Date.parse(at) / 60_000)));
    if (exposes) await recorder.expose("production", { exposures, from: { source: "bench", batch: i + 1 } }, now);
    await recorder.record("production", some, now);
  }
  const wallMs = performance.now() - begun;
  await store.close();
  return wallMs;
}

function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

function seeded(seed) {
  let state = seed;
  return () => hash(String((state += 1))) / 2 ** 32;
}

function whole(n) {
  return Math.round(n).toLocaleString("en-US");
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "200000" },
      answers: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "3" },
      before: { type: "string" },
    },
  });
  const { n, answers, rounds, before = null } = values;
  console.log(
    table(await measureExposures({ n: Number(n), answers: Number(answers), rounds: Number(rounds), before })),
  );
}
