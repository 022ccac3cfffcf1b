import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { statusDocument } from "../report/status/document.ts";
import { statusText } from "../report/status/text.ts";
import { createStyle } from "../report/style.ts";
import type { Sqlite } from "../state/connection.ts";
import { agentops } from "../testing/project.ts";
import { newStoreFile, openTestStore } from "../testing/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { kill } from "../kill/kill.ts";
import { status } from "./status.ts";

const NOW = "2026-11-21T10:37:20.000Z";
const target = "prompts/support-triage";
const environment = "production";
const clock = { now: () => new Date(NOW), monotonicMs: () => 0 };
const plan = JSON.stringify({
  ...{ steps: [0.01, 0.05, 0.25, 0.5, 1], guardrails: [{}, {}, {}, {}], alpha: 0.05, safeAlpha: 0.05, shadow: null },
});

interface Story {
  phase: string;
  /** When the phase began, and whether it is an end. */
  since: string;
  over?: boolean;
  how?: "promote" | "rollout" | "rollback";
  stableAt?: string;
  unsafeAt?: string;
}

function storeWith(...stories: Story[]): string {
  const { file: store, sqlite } = openTestStore();
  for (const version of ["v6", "v7"])
    sqlite.prepare("INSERT INTO releases VALUES (?, ?, 'd', '{}', 'c', 'ada', ?, ?)").run(target, version, NOW, NOW);
  for (const story of stories) tell(sqlite, story);
  sqlite.close();
  return store;
}

function tell(sqlite: Sqlite, { phase, since, over = false, how = "promote", stableAt, unsafeAt }: Story): void {
  const weight = over ? 0 : 0.05;
  const state = JSON.stringify({ phase, step: 1, weight, since, pausedAt: null });
  const { lastInsertRowid: rollout } = sqlite
    .prepare(
      "INSERT INTO rollouts (id, environment, target, control, candidate, plan, state, phase, weight, look, evidence, caps, createdAt, endedAt) VALUES (?, ?, ?, 'v6', 'v7', ?, ?, ?, ?, 3, '{}', '{}', ?, ?)",
    )
    .run(
      `r-${since}`,
      environment,
      target,
      plan,
      state,
      phase,
      weight,
      "2026-11-20T21:02:00.000Z",
      over ? since : null,
    );
  const analysis = { guardrails: [{ name: "success", harm: Math.log(0.4), safe: Math.log(3.1) }, { name: "success.floor", harm: 0, safe: null }] }; // prettier-ignore
  sqlite
    .prepare("INSERT INTO looks VALUES (?, 2, '2026-11-21T10:34:00.000Z', 'continue', ?)")
    .run(rollout, JSON.stringify(analysis));
  const change = {
    at: since,
    actor: "agentops",
    action: "rollout.look" as const,
    environment,
    target,
    reason: "v7 is worse",
  };
  const auditEvent = appendAuditEvent(sqlite, { ...change, before: null, after: null });
  sqlite.prepare("INSERT INTO transitions VALUES (?, 1, ?, 'agentops', '{}', ?, 1, ?, ?, ?)").run(rollout, since, phase, weight, state, auditEvent); // prettier-ignore
  sqlite
    .prepare(
      "INSERT INTO stables (environment, target, version, how, at, actor, reason, auditEvent) VALUES (?, ?, 'v6', ?, ?, 'ada', 'r', ?)",
    ) // prettier-ignore
    .run(environment, target, how, stableAt ?? "2026-11-18T09:00:00.000Z", auditEvent);
  if (unsafeAt === undefined) return;
  sqlite
    .prepare(
      "INSERT INTO observations (environment, target, id, version, success, safe, breach, shadow, at) VALUES (?, ?, ?, 'v7', 0, 0, 'pii', 0, ?)",
    ) // prettier-ignore
    .run(environment, target, unsafeAt, unsafeAt);
}

function count(store: string, hour: string, n: number, succeeded: number, shadow = 0): void {
  const { sqlite } = openTestStore({ file: store });
  sqlite.prepare("INSERT INTO outcomes VALUES (?, ?, 'v6', ?, ?, ?, ?, 0, 0, 0, 0, ?, 1)").run(environment, target, hour, shadow, n, succeeded, n); // prettier-ignore
  sqlite.close();
}

const at = (store: string) =>
  statusDocument(status({ store, clock, waitMs: 100 }, { environments: ["staging", environment] }));
const wrong = (store: string) => at(store).environments.flatMap(({ targets }) => targets.flatMap((t) => t.wrong));

test("one screen: what is served, the rollout with its evidence, counts, the last bad things", () => {
  const store = storeWith({ phase: "rolled-back", since: "2026-11-20T20:00:00.000Z", over: true }, { phase: "progressing", since: "2026-11-21T10:12:00.000Z", unsafeAt: "2026-11-21T10:20:00.000Z" }); // prettier-ignore
  count(store, "2026-11-21T10", 900, 855);
  count(store, "2026-11-21T09", 1000, 951);
  count(store, "2026-11-21T08", 4000, 3800);
  count(store, "2026-11-21T10", 77, 0, 1);
  count(store, "2026-11-19T09", 5, 5);
  kill({ store, clock, waitMs: 100 }, { environment, targets: ["agents/x"], actor: "bob", reason: "refunds twice" });
  expect(statusText(at(store), createStyle(false), "state.db")).toMatchInlineSnapshot(`
    "staging
      nothing is killed
    production
      killed agents/x, by bob since 2026-11-21 10:37 UTC: refunds twice
      prompts/support-triage  serves v6 since 2026-11-18 09:00 UTC, 3 days, by ada
        1 unsafe answer in the last hour
        v6 → v7  progressing  step 2 of 5 (5 %)  since 10:12 UTC, 25 min
          continue, looked 3 min ago; most evidence so far: success harm 0.4/80 safe 3.1/20
        since 09:00: 1,900 answers, 95.1 % ok, 2 unsafe; 24 h: 5,900 answers, 95 % ok, 3 unsafe
      last bad things (24 h, UTC)
        10:20  unsafe  prompts/support-triage v7: pii
        2026-11-20 20:00  rolled-back  prompts/support-triage v7: v7 is worse
    store  state.db"
  `);
});

describe("what needs a person", () => {
  const ended = { phase: "rolled-back", since: "2026-11-21T08:00:00.000Z", over: true };
  test.each<[string, Story[], string[]]>([
    ["a rollout that goes on", [{ phase: "progressing", since: NOW }], []],
    ["one that is inconclusive, however long", [{ phase: "inconclusive", since: "2026-11-01T00:00:00.000Z" }], ["the rollout of v7 is inconclusive and waits for a person"]],
    ["a rollback today", [ended], ["v7 was rolled back"]],
    ["one that is invalid", [{ ...ended, phase: "invalid" }], ["the rollout of v7 is invalid"]],
    ["a rollback two days ago", [{ ...ended, since: "2026-11-19T08:00:00.000Z" }], []],
    ["a rollback and a newer rollout", [ended, { phase: "progressing", since: NOW }], []],
    ["a rollback and a newer promotion", [{ ...ended, stableAt: "2026-11-21T09:00:00.000Z" }], []],
    ["a rollback of what was promoted", [{ ...ended, how: "rollback", stableAt: "2026-11-21T08:00:00.001Z" }], ["v7 was rolled back"]],
    ["somebody's abort", [{ ...ended, phase: "aborted" }], []],
    ["an unsafe answer", [{ phase: "progressing", since: NOW, unsafeAt: "2026-11-21T09:50:00.000Z" }], ["1 unsafe answer in the last hour"]],
    ["an old unsafe answer", [{ phase: "progressing", since: NOW, unsafeAt: "2026-11-21T08:50:00.000Z" }], []],
  ])("%s", (_, stories, expected) => {
    expect(wrong(storeWith(...stories))).toEqual(expected);
  }); // prettier-ignore
});

describe("a store that is not as it should be leaves the kills as they are", () => {
  const order = { environment, targets: ["agents/x"], actor: "bob", reason: "refunds twice" };
  test.each<[string, (sqlite: Database.Database) => unknown, RegExp[]]>([
    ["from before there were rollouts", (db) => db.exec("PRAGMA foreign_keys = OFF; DROP TABLE looks; DROP TABLE transitions; DROP TABLE stables; DROP TABLE outcomes; DROP TABLE observations; DROP TABLE rollouts"), []],
    ["newer, with another column", (db) => db.exec("PRAGMA user_version = 99; ALTER TABLE stables RENAME COLUMN how TO manner"), [/^what is served cannot be read: no such column: how/]],
    ["with a state that is no JSON", (db) => db.exec("UPDATE rollouts SET state = '{'"), [/^rollouts cannot be read: /]],
    ["without looks", (db) => db.exec("DROP TABLE looks"), [/^rollouts cannot be read: no such table: looks/]],
  ])("%s", (_, spoil, problems) => {
    const store = storeWith({ phase: "progressing", since: NOW });
    kill({ store, clock, waitMs: 100 }, order);
    const db = new Database(store);
    spoil(db);
    db.close();
    const found = at(store);
    expect(found.environments.find((e) => e.environment === environment)?.killed).toMatchObject([{ target: "agents/x" }]);
    expect(found.problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  }); // prettier-ignore
  test("damaged, or locked by somebody: one problem, not one for each part", () => {
    const damaged = newStoreFile();
    mkdirSync(dirname(damaged));
    writeFileSync(damaged, "no database ".repeat(500));
    expect(at(damaged).problems).toEqual([expect.stringMatching(/^the store cannot be read: .*damaged/)]);
    const store = storeWith({ phase: "progressing", since: NOW });
    const holder = new Database(store);
    holder.pragma("locking_mode = EXCLUSIVE");
    holder.pragma("journal_mode = DELETE");
    holder.exec("BEGIN EXCLUSIVE");
    expect(at(store).problems).toEqual([expect.stringMatching(/^the store cannot be read: .*SQLITE_BUSY/)]);
    holder.close();
  });
});

test("the command says it with its exit code: 1 wrong, 5 killed", async () => {
  const recent = new Date().toISOString();
  const store = storeWith({ phase: "rolled-back", since: recent, over: true });
  const env = { AGENTOPS_STORE: store };
  const run = await agentops("/", ["status", "--env", environment], env);
  expect([run.code, run.stdout]).toEqual([1, expect.stringContaining("v7 was rolled back\n")]);
  await agentops("/", ["kill", "agents/x", "--reason", "r", "--env", environment], env);
  expect((await agentops("/", ["status", "--env", environment], env)).code).toBe(5);
  expect((await agentops("/", ["status", "--env", "staging"], env)).code).toBe(0);
});
