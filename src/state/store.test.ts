import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { REPO, tempProject } from "../testing/project.ts";
import { fileAddress } from "./address.ts";
import { connect, type Sqlite } from "./sqlite/connection.ts";
import { SQLITE_ONLY } from "./migrations/migrations.ts";
import { MOVED } from "./sqlite/migrate.ts";
import { openStore } from "./open.ts";
import type { Database } from "./tables.ts";

const NORMAL = { durability: "normal" } as const;

/** Each table's columns; a type of its rows that lacks one, or has one more, does not compile. */
const COLUMNS: Record<keyof Database, readonly string[]> = {
  datasets: columnsOf<"datasets">()("digest cases createdAt"),
  cases: columnsOf<"cases">()("dataset seq caseId vars expected tags cluster"),
  runs: columnsOf<"runs">()("id suite suiteDigest spec targetRef targetVersion targetDigest model dataset trials status result actor pid createdAt finishedAt home"), // prettier-ignore
  trials: columnsOf<"trials">()("runId caseSeq trial isError passed score output toolCalls finishReason inputTokens outputTokens cachedTokens cacheWriteTokens reasoningTokens costUsd retryCostUsd judgeCostUsd latencyMs latencySimulated ttftMs answeredBy attempts fromCache scores warnings errorKind errorMessage requestKey at"), // prettier-ignore
  fallbackTrials: columnsOf<"fallbackTrials">()("runId caseSeq trial position model isError passed score output toolCalls finishReason inputTokens outputTokens cachedTokens cacheWriteTokens reasoningTokens costUsd retryCostUsd judgeCostUsd latencyMs latencySimulated ttftMs answeredBy attempts fromCache scores warnings errorKind errorMessage requestKey at"), // prettier-ignore
  calibrations: columnsOf<"calibrations">()(
    "id judgeKey suite scorer runId verdict labelsDigest result actor createdAt",
  ),
  kills: columnsOf<"kills">()("environment target actor reason at"),
  auditEvents: columnsOf<"auditEvents">()("id at recordedAt actor action environment target reason before after seq prev hash traceId taskId authenticated rules via"), // prettier-ignore
  releases: columnsOf<"releases">()("target version digest content gitCommit publishedBy publishedAt releasedAt"),
  stables: columnsOf<"stables">()("id environment target version how rollout at actor reason auditEvent"),
  rollouts: columnsOf<"rollouts">()("seq id environment target control candidate plan state phase weight look evidence caps createdAt endedAt settledTo correctedAfter forced assumedControl assumedCandidate"), // prettier-ignore
  transitions: columnsOf<"transitions">()("rollout seq at actor event phase step weight state auditEvent"),
  looks: columnsOf<"looks">()("rollout look at verdict analysis"),
  breaches: columnsOf<"breaches">()("rollout look observation kind"),
  tallies: columnsOf<"tallies">()("rollout look weight arm metric n sum squares"),
  cohortCounts: columnsOf<"cohortCounts">()("rollout look cohort answers succeeded units control"),
  ratioCounts: columnsOf<"ratioCounts">()("rollout look weight metric bin n sum squares"),
  pairs: columnsOf<"pairs">()("rollout unit exposure arm success"),
  pairCounts: columnsOf<"pairCounts">()("rollout look both onlyControl onlyCandidate neither"),
  units: columnsOf<"units">()(
    "rollout unit look seenAt weight candidate n success latencyN latency costN cost safetyN safety exposed minute hour hourN hourGood beforeN beforeGood",
  ),
  observations: columnsOf<"observations">()("seq environment target id version unit success latencyMs costUsd inputTokens outputTokens safe breach shadow at rollout servedAt knownAt"), // prettier-ignore
  outcomes: columnsOf<"outcomes">()(
    "environment target version hour shadow n succeeded latencyN latencyMs costN costUsd safetyN unsafe",
  ),
  corrections: columnsOf<"corrections">()("observation n version shadow latencyMs costUsd"),
  openOutcomes: columnsOf<"openOutcomes">()("environment target id fields knownAt"),
  outcomeDetails: columnsOf<"outcomeDetails">()("environment target id taskId taskType feature user session model errorCategory escalated overridden confidence faithfulness toolCalls toolCostUsd valueUsd valueHours feedback state traceId at knownAt traced"), // prettier-ignore
  outcomeNames: columnsOf<"outcomeNames">()("environment target name id"),
  exposures: columnsOf<"exposures">()("rollout minute unit arm weight n"),
  exposureTokens: columnsOf<"exposureTokens">()("environment target exposure minute"),
  exposureSources: columnsOf<"exposureSources">()("source batch at"),
  servedMinutes: columnsOf<"servedMinutes">()("rollout minute arm exposed known"),
  arrivals: columnsOf<"arrivals">()("rollout look weight arm exposed superseded"),
  returns: columnsOf<"returns">()("rollout look hour class arm n good"),
  unsettled: columnsOf<"unsettled">()("rollout minute observation weight exposure"),
  delays: columnsOf<"delays">()("environment target version day success bucket n"),
  outcomeMinutes: columnsOf<"outcomeMinutes">()(
    "environment target minute version shadow exposed n succeeded latencyN latencyMs costN costUsd safetyN unsafe",
  ),
  approvals: columnsOf<"approvals">()("id environment target version digest actor reason at auditEvent"),
  evidence: columnsOf<"evidence">()("digest target targetDigest suite verdict document source actor importedAt"),
  leases: columnsOf<"leases">()("name holder expiresAt"),
  traces: columnsOf<"traces">()("seq id name agent target version environment task user session startedMs durationMs receivedMs spans modelCalls toolCalls inputTokens outputTokens costUsd unpricedCalls isError errorCategory success successBy state isComplete outcome notUnderstood probability models tools"), // prettier-ignore
  spanBlocks: columnsOf<"spanBlocks">()("seq trace spans facts bodies"),
  processes: columnsOf<"processes">()("id environment host pid startedAt seenAt revision serves"),
  revision: columnsOf<"revision">()("storeId value movedTo"),
  migrations: columnsOf<"migrations">()("number kind at"),
};

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
type Exactly<S extends string, K> = [Words<S>] extends [K] ? ([K] extends [Words<S>] ? S : never) : never;

function columnsOf<T extends keyof Database>() {
  return <S extends string>(names: Exactly<S, keyof Database[T]>): string[] => names.split(" ");
}

const newFile = () => join(tempProject(), "state.db");

/** A file with some statements applied after it was made. */
function spoilt(...statements: string[]): string {
  const file = newFile();
  const sqlite = connect(file, NORMAL);
  for (const statement of statements) sqlite.exec(statement);
  sqlite.close();
  return file;
}

function inFile<T>(file: string, work: (sqlite: Sqlite) => T): T {
  const sqlite = connect(file, NORMAL);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

describe("a store that is a file", () => {
  test("has the tables and columns that the types of its rows have", () => {
    inFile(newFile(), (sqlite) => {
      const tables = sqlite
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .pluck()
        .all() as (keyof Database)[];
      expect([...tables].sort()).toEqual(Object.keys(COLUMNS).sort());
      for (const table of tables) {
        const columns = (sqlite.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
        expect(columns, table).toEqual(COLUMNS[table]);
      }
    });
  });

  test("has the schema that was agreed", async () => {
    const rows = inFile(newFile(), (sqlite) =>
      sqlite.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name").pluck().all(),
    );
    await expect(`${rows.join(";\n\n")};\n`).toMatchFileSnapshot("../../fixtures/golden/schema.sql");
  });

  test("is durable as asked, in WAL, with foreign keys", () => {
    const file = newFile();
    const sqlite = connect(file, { durability: "full" });
    const pragma = (name: string) => sqlite.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
    sqlite.close();
    expect(inFile(file, (again) => again.pragma("synchronous", { simple: true }))).toBe(1);
  });

  test("is made once when several processes open it at the same moment", async () => {
    const file = join(tempProject(), "deep", "state.db");
    const code = `import { connect } from ${JSON.stringify(join(REPO, "dist/state/sqlite/connection.js"))}; const s = connect(${JSON.stringify(file)}, { durability: "normal" }); console.log(s.prepare("SELECT number, kind FROM migrations").raw().all().join()); s.close();`;
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => execa(process.execPath, ["--input-type=module", "-e", code])),
    );
    expect(runs.map((r) => r.stdout)).toEqual(
      Array(6).fill("5,additive,6,additive,7,additive,8,additive,9,additive,10,additive,11,additive,12,additive"),
    );
  });

  test.each([
    ["the first four migrations", "PRAGMA user_version = 99"],
    ["a breaking migration", "INSERT INTO migrations VALUES (99, 'breaking', '2027-01-01')"],
  ])("is refused with a way out where a newer release has changed it: %s", async (_, statement) => {
    const opened = openStore(fileAddress(spoilt(statement)), NORMAL);
    await expect(opened).rejects.toMatchObject({ code: "STORE_NEWER", message: expect.stringContaining("schema 99") });
  });

  test("is used where a newer release has only added to it", async () => {
    const file = spoilt(
      "INSERT INTO migrations VALUES (99, 'additive', '2027-01-01')",
      "ALTER TABLE kills ADD COLUMN later TEXT",
    );
    const store = await openStore(fileAddress(file), NORMAL);
    expect(await store.db.selectFrom("migrations").select("number").orderBy("number").execute()).toEqual([{ number: 5 }, { number: 6 }, { number: 7 }, { number: 8 }, { number: 9 }, { number: 10 }, { number: 11 }, { number: 12 }, { number: 99 }]); // prettier-ignore
    await store.close();
  });

  test("takes the next migration whole or not at all", () => {
    const file = newFile();
    const sqlite = new SqliteFile(file);
    for (const sql of SQLITE_ONLY) sqlite.exec(sql);
    sqlite.exec("PRAGMA user_version = 4; ALTER TABLE auditEvents ADD COLUMN via TEXT");
    sqlite.close();
    expect(() => connect(file, NORMAL)).toThrow(/duplicate column name: via/);
    expect(() => connect(file, NORMAL), "nothing of it was left").toThrow(/duplicate column name: via/);
  });

  test("that was copied to a server takes no more writes, not even of an older release", async () => {
    const file = spoilt(`UPDATE revision SET movedTo = 'postgres://db.example/team'; PRAGMA user_version = ${MOVED}`);
    await expect(openStore(fileAddress(file), NORMAL)).rejects.toMatchObject({
      code: "STORE_MOVED",
      message: `the store ${file} was moved to postgres://db.example/team`,
    });
    // Its runs stay there.
    expect(inFile(file, (sqlite) => sqlite.prepare("SELECT COUNT(*) FROM runs").pluck().get())).toBe(0);
  });
});
