import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { fileAddress } from "../state/address.ts";
import { binary, cleanEnv, REPO, tempProject } from "../testing/project.ts";
import { startedRollout } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";

const ROUNDS = 12;
/** Answers a unit; each unit is new, so that what is stored can be told from what is not. */
const EACH = 2;

/** An agent's process: says what it is about to answer, and what it was told is in the store, before it goes on. */
const CODE = `
const { AgentOps } = await import(process.env.SDK);
const { writeSync } = await import("node:fs");
const { store, me, each } = JSON.parse(process.env.VICTIM);
const ops = new AgentOps({ store, env: "production" });
for (let n = 0, round = 0; ; round++) {
  const until = n + 1 + Math.floor(Math.random() * 200);
  writeSync(1, "made " + until + "\\n");
  for (; n < until; n++) {
    const unit = me + "-" + n;
    let served;
    for (let i = 0; i < each; i++) ({ served } = ops.resolve("prompts/x", { unit }));
    ops.observe({ ...served, success: true, id: unit });
  }
  if (Math.random() < 0.05 && ops.flush()) writeSync(1, "flushed " + n + "\\n");
  await new Promise((done) => setTimeout(done, 5));
}`;

interface Told {
  /** Units it may have answered, and those of which it was told that they are in the store. */
  made: number;
  flushed: number;
}

/** Runs until it has said it makes some, and a random moment longer. */
async function killed(store: string, me: string, random: () => number): Promise<Told> {
  const child = execa(process.execPath, ["--input-type=module", "-e", CODE], {
    env: cleanEnv({
      SDK: pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href,
      VICTIM: JSON.stringify({ store, me, each: EACH }),
    }),
    ...{ extendEnv: false, reject: false },
  });
  await new Promise((begun) => child.stdout.once("data", begun));
  await new Promise((done) => setTimeout(done, random() * 1500));
  child.kill("SIGKILL");
  const { stdout, stderr } = await child;
  expect(stderr).toBe("");
  const last = (what: string) =>
    Number(
      stdout
        .match(new RegExp(`^${what} (\\d+)$`, "gm"))
        ?.at(-1)
        ?.split(" ")[1] ?? 0,
    );
  return { made: last("made"), flushed: last("flushed") };
}

interface Stored {
  units: number;
  answers: number;
  last: number | null;
  outcomes: number;
}

async function storedOf(store: TestStore, me: string): Promise<Stored> {
  const number = `CAST(substr(unit, ${me.length + 2}) AS INTEGER)`;
  const [found] = await store.rows(`SELECT COUNT(DISTINCT unit) AS units, COALESCE(SUM(n), 0) AS answers, MAX(${number}) AS last FROM exposures WHERE unit LIKE '${me}-%'`); // prettier-ignore
  const outcomes = await store.value(`SELECT COUNT(*) FROM observations WHERE unit LIKE '${me}-%'`);
  return { ...(found as Omit<Stored, "outcomes">), outcomes: outcomes as number };
}

test("kill -9 of a process that resolves and observes: what it was told is stored is there, and nothing is counted that was not served", async () => {
  const dir = tempProject();
  const file = join(dir, "state.db");
  const store = await openTestStore({ address: fileAddress(file) });
  await startedRollout(store, { plan: { exposures: true }, at: new Date().toISOString() });
  const random = seeded(9);
  const lost: number[] = [];
  const ahead: number[] = [];
  let made = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const told = await killed(file, `p${round}`, random);
    const stored = await storedOf(store, `p${round}`);
    expect(stored.answers).toBeLessThanOrEqual(told.made * EACH);
    expect(stored.answers).toBeGreaterThanOrEqual(told.flushed * EACH);
    expect(stored.outcomes).toBeGreaterThanOrEqual(told.flushed);
    // The first ones, without a hole: no outcome is there whose exposure was in a batch before one that is. A batch may end within a unit.
    expect(stored.units).toBe((stored.last ?? -1) + 1);
    expect(stored.answers).toBeLessThanOrEqual(stored.units * EACH);
    expect(stored.answers).toBeGreaterThan((stored.units - 1) * EACH);
    lost.push(told.made * EACH - stored.answers);
    ahead.push(Math.max(0, stored.outcomes - stored.units));
    made += told.made * EACH;
  }
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  process.stdout.write(
    `\nkill -9, ${ROUNDS} times: of ${made} answers at most ${sum(lost)} are not counted (${lost.join(", ")}); outcomes without their exposure: ${ahead.join(", ")}\n`,
  );
  expect(made).toBeGreaterThan(1000);
  await sumsAgree(store);
  const env = { AGENTOPS_STORE: file };
  const replay = await binary(dir, ["canary", "status", "prompts/x", "--env", "production", "--replay", "--json"], env);
  expect([replay.code, JSON.parse(replay.stdout)]).toMatchObject([0, { differences: [] }]);
  expect(await binary(dir, ["store", "check"], env)).toMatchObject({ code: 0 });
});

/** What was served by the minute, by the unit and by the look is the same. */
async function sumsAgree(store: TestStore): Promise<void> {
  const answers = await store.value("SELECT SUM(n) FROM exposures");
  expect(await store.value('SELECT SUM(exposed) FROM "outcomeMinutes"')).toBe(answers);
  const units = await store.value("SELECT COUNT(*) FROM units WHERE exposed = 1");
  expect(await store.value('SELECT SUM(exposed) FROM "servedMinutes"')).toBe(units);
  expect(await store.value("SELECT SUM(exposed) FROM arrivals")).toBe(units);
}
