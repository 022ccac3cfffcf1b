import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { statusDocument } from "../report/status/document.ts";
import { statusText } from "../report/status/text.ts";
import { createStyle } from "../report/style.ts";
import { raw } from "../state/raw.ts";
import { fileAddress, type StoreAddress } from "../state/address.ts";
import { ENGINE } from "../testing/engine.ts";
import { agentops, put, tempProject } from "../testing/project.ts";
import { releaseProject } from "../testing/release-project.ts";
import { newStoreAddress, newStoreFile, openTestStore, type TestStore, withStore } from "../testing/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { kill } from "../kill/kill.ts";
import { NO_EVIDENCE } from "../rollout/evidence.ts";
import { planOf } from "../rollout/plan.ts";
import { status } from "./status.ts";

const NOW = "2026-11-21T10:37:20.000Z";
const target = "prompts/support-triage";
const environment = "production";
const clock = { now: () => new Date(NOW), monotonicMs: () => 0 };
const plan = JSON.stringify(planOf({}));

interface Story {
  phase: string;
  /** When the phase began, and whether it is an end. */
  since: string;
  over?: boolean;
  how?: "promote" | "rollout" | "rollback";
  stableAt?: string;
  unsafeAt?: string;
}

async function storeWith(...stories: Story[]): Promise<StoreAddress> {
  const address = await newStoreAddress();
  await withStore(address, async (store) => {
    for (const version of ["v6", "v7"])
      await store.rows(
        "INSERT INTO releases VALUES ($1, $2, 'd', '{}', 'c', 'ada', $3, $4)",
        target,
        version,
        NOW,
        NOW,
      );
    for (const story of stories) await tell(store, story);
  });
  return address;
}

async function tell(store: TestStore, { phase, since, over = false, how = "promote", stableAt, unsafeAt }: Story) {
  const weight = over ? 0 : 0.05;
  const state = JSON.stringify({ phase, step: 1, weight, since, pausedAt: null });
  const rollout = await store.value(
    `INSERT INTO rollouts (id, environment, target, control, candidate, plan, state, phase, weight, look, evidence, caps, "createdAt", "endedAt") VALUES ($1, $2, $3, 'v6', 'v7', $4, $5, $6, $7, 3, $8, $9, '2026-11-20T21:02:00.000Z', $10) RETURNING seq`,
    ...[
      `r-${since}`,
      environment,
      target,
      plan,
      state,
      phase,
      weight,
      JSON.stringify(NO_EVIDENCE),
      '{"latency":null,"cost":null}',
      over ? since : null,
    ],
  );
  await store.rows("INSERT INTO looks VALUES ($1, 2, '2026-11-21T10:34:00.000Z', 'continue', '{}')", rollout);
  for (const [arm, n, sum] of [
    ["control", 40, 39],
    ["candidate", 20, 11],
  ] as const)
    await store.rows("INSERT INTO tallies VALUES ($1, 3, 0.05, $2, 'success', $3, $4, $5)", rollout, arm, n, sum, sum);
  const change = {
    at: since,
    actor: "agentops",
    action: "rollout.look" as const,
    environment,
    target,
    reason: "v7 is worse",
  };
  const auditEvent = await appendAuditEvent(store.db, { ...change, before: null, after: null });
  await store.rows("INSERT INTO transitions VALUES ($1, 1, $2, 'agentops', '{}', $3, 1, $4, $5, $6)", rollout, since, phase, weight, state, auditEvent); // prettier-ignore
  await store.rows(
    `INSERT INTO stables (environment, target, version, how, at, actor, reason, "auditEvent") VALUES ($1, $2, 'v6', $3, $4, 'ada', 'r', $5)`,
    ...[environment, target, how, stableAt ?? "2026-11-18T09:00:00.000Z", auditEvent],
  );
  if (unsafeAt === undefined) return;
  await store.rows(
    "INSERT INTO observations (environment, target, id, version, success, safe, breach, shadow, at) VALUES ($1, $2, $3, 'v7', 0, 0, 'pii', 0, $4)",
    ...[environment, target, unsafeAt, unsafeAt],
  );
}

/** A server has to be reached within it. */
const board = (store: StoreAddress, waitMs = ENGINE === "sqlite" ? 100 : 2000) => ({ store, clock, waitMs });
const at = async (store: StoreAddress, waitMs?: number) =>
  statusDocument(await status(board(store, waitMs), { environments: ["staging", environment] }));
const wrong = async (store: StoreAddress) =>
  (await at(store)).environments.flatMap(({ targets }) => targets.flatMap((t) => t.wrong));

test("a target that is only observed is not shown as one that is served", async () => {
  const address = await storeWith();
  await withStore(
    address,
    (store) =>
    store.rows("INSERT INTO outcomes VALUES ('production', 'prompts/mistyped', 'v6', '2026-11-21T10', 0, 3, 3, 0, 0, 0, 0, 3, 1)"), // prettier-ignore
  );
  expect(statusText(await at(address), createStyle(false), "s")).toContain(
    "prompts/mistyped  never released here, only observed",
  );
});

test("the screen says of how many the outcome is not known, and when a unit counts, above the sums of what is known", async () => {
  const address = await storeWith({ phase: "progressing", since: "2026-11-21T10:12:00.000Z" });
  const lines = async () =>
    statusText(await at(address), createStyle(false), "s")
      .split("\n")
      .filter((line) => /not known|counts/.test(line))
      .map((line) => line.trim());
  expect(await lines()).toEqual([]);
  await withStore(address, async (store) => {
    const minute = Math.floor(Date.parse(NOW) / 60_000);
    const seq = await store.value("SELECT MAX(seq) FROM rollouts");
    for (const [arm, exposed, known] of [["control", 8079, 8079], ["candidate", 93, 79]] as const)
      await store.rows('INSERT INTO "servedMinutes" (rollout, minute, arm, exposed, known) VALUES ($1, $2, $3, $4, $5)', seq, minute, arm, exposed, known);
  }); // prettier-ignore
  const unknown =
    "outcome not known of 14 of the candidate's 93 units and 0 of the control's 8,079 units: in no number here";
  expect(await lines()).toEqual([unknown]);
  const settling = JSON.stringify({
    ...planOf({}),
    outcomes: { settleMs: 14_400_000, maxOpen: 0.05, missing: "unknown" },
  });
  await withStore(address, (store) => store.rows("UPDATE rollouts SET plan = $1", settling));
  expect(await lines()).toEqual([`${unknown}; a unit counts 4 h after it was served`]);
  const waits = async () => statusText(await at(address), createStyle(false), "s").includes("; it waits for outcomes that are missing"); // prettier-ignore
  expect(await waits(), "all of it was served just now").toBe(false);
  const atOnce = JSON.stringify({ ...planOf({}), outcomes: { settleMs: 0, maxOpen: 0.05, missing: "unknown" } });
  await withStore(address, async (store) => {
    await store.rows("UPDATE rollouts SET plan = $1", atOnce);
    await store.rows('UPDATE "servedMinutes" SET minute = minute - 5');
  });
  expect(await waits()).toBe(true);
  await withStore(address, (store) => store.rows("UPDATE rollouts SET plan = $1", settling));
  await withStore(address, (store) => store.rows('DELETE FROM "servedMinutes"'));
  expect(await lines()).toEqual(["a unit counts 4 h after it was served; the sums below have what is known by now"]);
});

test("one screen: what is served, the rollout with its evidence, counts, the last bad things", async () => {
  const address = await storeWith({ phase: "rolled-back", since: "2026-11-20T20:00:00.000Z", over: true }, { phase: "progressing", since: "2026-11-21T10:12:00.000Z", unsafeAt: "2026-11-21T10:20:00.000Z" }); // prettier-ignore
  await withStore(address, async (store) => {
    for (const [hour, n, succeeded, shadow = 0] of [["21T10", 900, 855], ["21T09", 1000, 951], ["21T08", 4000, 3800], ["21T10", 77, 0, 1], ["19T09", 5, 5]] as const)
      await store.rows("INSERT INTO outcomes VALUES ($1, $2, 'v6', $3, $4, $5, $6, 0, 0, 0, 0, $7, 1)", environment, target, `2026-11-${hour}`, shadow, n, succeeded, n);
  }); // prettier-ignore
  await kill(board(address), { environment, targets: ["agents/x"], actor: "bob", reason: "refunds twice" });
  expect(statusText(await at(address), createStyle(false), "state.db")).toMatchInlineSnapshot(`
    "staging
      nothing is killed
    production
      killed agents/x, by bob since 2026-11-21 10:37 UTC: refunds twice
      prompts/support-triage  serves v6 since 2026-11-18 09:00 UTC, 3 days, by ada
        1 unsafe answer in the last hour
        v6 → v7  progressing  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
          success  control 97.5 % of 40, candidate 55 % of 20: harm (harm >10^4/50, safe 1/20)
          continue at the look 3 min ago; 60 units came since
        since 09:00: 1,900 answers, 95.1 % ok, 2 unsafe
        24 h: 5,900 answers, 95 % ok, 3 unsafe
      last bad things (24 h, UTC)
        10:20  unsafe  prompts/support-triage v7: pii
        2026-11-20 20:00  rolled-back  prompts/support-triage v7: v7 is worse
    store  state.db"
  `);
});

test("a share of early outcomes is said to be one: of how many answers, where callers tell whom they served", async () => {
  const address = await storeWith();
  const counts = async () =>
    statusText(await at(address), createStyle(false), "s")
      .split("\n")
      .filter((line) => /since 09:00|24 h:/.test(line))
      .map((line) => line.trim());
  const minuteOf = (time: string) => Math.floor(Date.parse(`2026-11-21T${time}:00.000Z`) / 60_000);
  await withStore(address, async (store) => {
    for (const [hour, version, n, succeeded] of [["10", "v6", 50, 0], ["09", "v7", 2, 1], ["03", "v6", 990, 940]] as const)
      await store.rows("INSERT INTO outcomes VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 0, 0, 0, 0, 0)", environment, target, version, `2026-11-21T${hour}`, n, succeeded);
    for (const [time, version, exposed] of [["10:05", "v6", 700], ["10:06", "v6", 300], ["09:01", "v7", 20], ["03:00", "v6", 1000], ["03:01", "v8", 7]] as const)
      await store.rows('INSERT INTO "outcomeMinutes" VALUES ($1, $2, $3, $4, 0, $5, 0, 0, 0, 0, 0, 0, 0, 0)', environment, target, minuteOf(time), version, exposed);
  }); // prettier-ignore
  expect(await counts()).toEqual([
    "since 09:00: v7 2 of 20 outcomes known: 1 ok, 1 not; v6 50 of 1,000 outcomes known: 0 ok, 50 not",
    "24 h: v6 1,040 of 2,000 outcomes known, 90.4 % of these ok; v7 2 of 20 outcomes known: 1 ok, 1 not; v8 0 of 7 outcomes known",
  ]);
  const [found] = (await at(address)).environments.find((its) => its.environment === environment)?.targets ?? [];
  expect(found?.lastHour).toMatchObject({ n: 52, exposed: 1020 });
});

test("a rollback of what no canary brought is said too; who did it knows, so it asks for nobody", async () => {
  const { location, markers } = await newStoreAddress();
  const env = { AGENTOPS_STORE: location, AGENTOPS_MARKERS: markers! };
  const dir = await releaseProject();
  for (const args of [
    ["promote", `${target}@v1`],
    ["promote", `${target}@v2`],
    ["rollback", target, "-m", "rude"],
  ])
    await agentops(dir, args, env);
  const { code, stdout } = await agentops(dir, ["status"], env);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/last bad things.*\n {4}\d\d:\d\d {2}rolled-back {2}prompts\/support-triage v2: rude$/m)]); // prettier-ignore
  const mistyped = await agentops(dir, ["rollback", target, "--env", "prodution"], env);
  expect(mistyped.stderr, "it was another").toContain("never promoted there [VERSION_NOT_FOUND]\nhint: agentops rollback prompts/support-triage --env production"); // prettier-ignore
  put(dir, "agentops.config.yaml", "project: x\nenvironments: [staging, production]\n");
  const unknown = await agentops(dir, ["rollback", target, "--env", "prodution"], env);
  expect(unknown.stderr, "where one is needed, every one is no way out").toMatch(/^hint: environments in agentops\.config\.yaml: staging, production$/m); // prettier-ignore
  rmSync(join(dir, "agentops.config.yaml"));
  expect((await agentops(dir, ["status"], env)).stderr).toBe("note: there is no agentops.config.yaml; only environments that the store or a kill names are shown"); // prettier-ignore
  expect((await agentops(dir, ["canary", "status"], env)).stderr).toBe("error: which environment? (there is no agentops.config.yaml) [USAGE]\nhint: --env production"); // prettier-ignore
});

describe("what needs a person", () => {
  const ended = { phase: "rolled-back", since: "2026-11-21T08:00:00.000Z", over: true };
  test.each<[string, Story[], string[]]>([
    ["a rollout that goes on", [{ phase: "progressing", since: NOW }], []],
    ["one that is inconclusive, however long", [{ phase: "inconclusive", since: "2026-11-01T00:00:00.000Z" }], ["the rollout of v7 is inconclusive and waits for a person"]],
    ["a rollback today", [ended], ["v7 was rolled back; agentops canary ack prompts/support-triage --env production"]],
    ["one that is invalid", [{ ...ended, phase: "invalid" }], ["the rollout of v7 is invalid; agentops canary ack prompts/support-triage --env production"]],
    ["a rollback two days ago", [{ ...ended, since: "2026-11-19T08:00:00.000Z" }], []],
    ["a rollback and a newer rollout", [ended, { phase: "progressing", since: NOW }], []],
    ["a rollback and a newer promotion", [{ ...ended, stableAt: "2026-11-21T09:00:00.000Z" }], []],
    ["a rollback of what was promoted", [{ ...ended, how: "rollback", stableAt: "2026-11-21T08:00:00.001Z" }], ["v7 was rolled back; agentops canary ack prompts/support-triage --env production"]],
    ["somebody's abort", [{ ...ended, phase: "aborted" }], []],
    ["an unsafe answer", [{ phase: "progressing", since: NOW, unsafeAt: "2026-11-21T09:50:00.000Z" }], ["1 unsafe answer in the last hour"]],
    ["an old unsafe answer", [{ phase: "progressing", since: NOW, unsafeAt: "2026-11-21T08:50:00.000Z" }], []],
  ])("%s", async (_, stories, expected) => {
    expect(await wrong(await storeWith(...stories))).toEqual(expected);
  }); // prettier-ignore
});

describe("a store that is not as it should be leaves the kills as they are", () => {
  const order = { environment, targets: ["agents/x"], actor: "bob", reason: "refunds twice" };
  const later = ["outcomeMinutes", "exposures", "servedMinutes", "arrivals", "returns", "unsettled", "delays"];
  const rollouts = ["looks", "transitions", "stables", "outcomes", "observations", "rollouts"];
  const spoilt: [string, { [engine in typeof ENGINE | "both"]?: string }, RegExp[]][] = [
    ["from before there were rollouts", { sqlite: `PRAGMA foreign_keys = OFF; ${rollouts.map((table) => `DROP TABLE ${table}`).join("; ")}; PRAGMA user_version = 3` }, []],
    ["of the release before", { sqlite: `DELETE FROM migrations WHERE number >= 8; ${later.map((table) => `DROP TABLE ${table}`).join("; ")}` }, []],
    ["newer, with another column", { sqlite: "PRAGMA user_version = 99; ALTER TABLE stables RENAME COLUMN how TO manner", postgres: "INSERT INTO migrations VALUES (99, 'breaking', 'today'); ALTER TABLE stables RENAME COLUMN how TO manner" }, [/^what is served cannot be read: (no such column: how|column "how" does not exist)/, /^what was rolled back cannot be read: (no such column: s.how|column s.how does not exist)/]],
    ["newer", { postgres: "INSERT INTO migrations VALUES (99, 'breaking', 'today')" }, []],
    ["with a state that is no JSON", { both: "UPDATE rollouts SET state = '{'" }, [/^rollouts cannot be read: /]],
    ["without looks", { both: "DROP TABLE looks" }, [/^rollouts cannot be read: (no such table: looks|it has no tables of agentops)/]],
  ]; // prettier-ignore
  test.each(spoilt.filter(([, spoil]) => "both" in spoil || ENGINE in spoil))("%s", async (_, spoil, problems) => {
    const store = await storeWith({ phase: "progressing", since: NOW });
    await kill(board(store), order);
    await withStore(store, async (open) => {
      for (const statement of (spoil.both ?? spoil[ENGINE] ?? "").split("; ")) await open.rows(statement);
    });
    const found = await at(store);
    expect(found.environments.find((e) => e.environment === environment)?.killed).toMatchObject([{ target: "agents/x" }]);
    expect(found.problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  }); // prettier-ignore
  test.runIf(ENGINE === "sqlite")("damaged, or locked by somebody: one problem, not one for each part", async () => {
    const damaged = newStoreFile();
    mkdirSync(dirname(damaged));
    writeFileSync(damaged, "no database ".repeat(500));
    expect((await at(fileAddress(damaged))).problems).toEqual([
      expect.stringMatching(/^the store cannot be read: .*damaged/),
    ]);
    const store = await storeWith({ phase: "progressing", since: NOW });
    const holder = new Database(store.location);
    holder.pragma("locking_mode = EXCLUSIVE");
    holder.pragma("journal_mode = DELETE");
    holder.exec("BEGIN EXCLUSIVE");
    expect((await at(store)).problems).toEqual([expect.stringMatching(/^the store cannot be read: .*SQLITE_BUSY/)]);
    holder.close();
  });
  test.runIf(ENGINE === "postgres")(
    "not reached, or locked by somebody: one problem, not one for each part",
    async () => {
      const address = await storeWith({ phase: "progressing", since: NOW });
      const nowhere = { ...address, location: address.location.replace(/:\d+\//, ":1/") };
      expect((await at(nowhere)).problems).toEqual([
        expect.stringMatching(/^the store cannot be read: .*ECONNREFUSED/),
      ]);
      const store = await openTestStore({ address });
      await store.inTransaction(async (tx) => {
        await tx.executeQuery(raw(`LOCK TABLE kills, ${rollouts.join(", ")}`));
        expect((await at(address, 200)).problems).toEqual([
          expect.stringMatching(/^the store cannot be read: .*55P03/),
        ]);
      });
    },
  );
});

test("--env '*' shows every environment, and a mistyped one is refused", async () => {
  const { location, markers } = await storeWith({ phase: "rolled-back", since: new Date().toISOString(), over: true });
  const dir = tempProject({ "agentops.config.yaml": "project: x\nenvironments: [staging, production]\n" });
  const run = (...args: string[]) => agentops(dir, args, { AGENTOPS_STORE: location, AGENTOPS_MARKERS: markers! });
  expect((await run("status", "--env", "*")).code).toBe(1);
  expect((await run("kill", "agents/x", "--unknown", "-m", "r")).code).toBe(0);
  const every = await run("status", "--env", "*");
  expect([every.code, every.stdout]).toEqual([
    5,
    expect.stringMatching(/^staging\n[^]*\nproduction\n {2}killed agents\/x/),
  ]);
  const typo = await run("status", "--env", "prodution");
  expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('unknown environment "prodution"')]);
});

test("the command says it with its exit code: 1 wrong, 5 killed", async () => {
  const recent = new Date().toISOString();
  const { location, markers } = await storeWith({ phase: "rolled-back", since: recent, over: true });
  const env = { AGENTOPS_STORE: location, AGENTOPS_MARKERS: markers! };
  const run = await agentops("/", ["status", "--env", environment], env);
  expect([run.code, run.stdout]).toEqual([
    1,
    expect.stringContaining("v7 was rolled back; agentops canary ack prompts/support-triage --env production\n"),
  ]);
  const acked = await agentops(
    "/",
    ["canary", "ack", target, "-m", "it will be v8", "--env", environment, "--actor", "eve"],
    env,
  );
  expect([acked.code, acked.stdout]).toEqual([
    0,
    `acknowledged ${target} v6 → v7 in production, by eve: it will be v8  rolled-back  was at step 2 of 5 (5 %)`,
  ]);
  expect((await agentops("/", ["status", "--env", environment], env)).code).toBe(0);
  const again = await agentops("/", ["canary", "ack", target, "--env", environment, "--json"], env);
  expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { changed: false, phase: "rolled-back" }]);
  await agentops("/", ["kill", "agents/x", "--reason", "r", "--env", environment], env);
  expect((await agentops("/", ["status", "--env", environment], env)).code).toBe(5);
  expect((await agentops("/", ["status", "--env", "staging"], env)).code).toBe(0);
});
