import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { REPO, tempProject } from "../testing/project.ts";
import { openStore } from "./store.ts";
import type { Database } from "./tables.ts";

const NORMAL = { durability: "normal" } as const;

/** Each table's columns; a type of its rows that lacks one, or has one more, does not compile. */
const COLUMNS: Record<keyof Database, readonly string[]> = {
  datasets: columnsOf<"datasets">()("digest cases createdAt"),
  cases: columnsOf<"cases">()("dataset seq caseId vars expected tags cluster"),
  runs: columnsOf<"runs">()("id suite suiteDigest spec targetRef targetVersion targetDigest model dataset trials status result actor pid createdAt finishedAt"), // prettier-ignore
  trials: columnsOf<"trials">()("runId caseSeq trial isError passed score output toolCalls finishReason inputTokens outputTokens cachedTokens cacheWriteTokens reasoningTokens costUsd retryCostUsd judgeCostUsd latencyMs latencySimulated ttftMs answeredBy attempts fromCache scores warnings errorKind errorMessage requestKey at"), // prettier-ignore
  calibrations: columnsOf<"calibrations">()(
    "id judgeKey suite scorer runId verdict labelsDigest result actor createdAt",
  ),
  kills: columnsOf<"kills">()("environment target actor reason at"),
  auditEvents: columnsOf<"auditEvents">()("id at recordedAt actor action environment target reason before after"),
  releases: columnsOf<"releases">()("target version digest content gitCommit publishedBy publishedAt releasedAt"),
  stables: columnsOf<"stables">()("id environment target version how rollout at actor reason auditEvent"),
  rollouts: columnsOf<"rollouts">()("seq id environment target control candidate plan state phase weight look evidence caps createdAt endedAt"), // prettier-ignore
  transitions: columnsOf<"transitions">()("rollout seq at actor event phase step weight state auditEvent"),
  looks: columnsOf<"looks">()("rollout look at verdict analysis"),
  breaches: columnsOf<"breaches">()("rollout look observation kind"),
  tallies: columnsOf<"tallies">()("rollout look weight arm metric n sum squares"),
  units: columnsOf<"units">()(
    "rollout unit look seenAt weight candidate n success latencyN latency costN cost safetyN safety",
  ),
  observations: columnsOf<"observations">()("seq environment target id version unit success latencyMs costUsd inputTokens outputTokens safe breach shadow at rollout"), // prettier-ignore
  outcomes: columnsOf<"outcomes">()(
    "environment target version hour shadow n succeeded latencyN latencyMs costN costUsd safetyN unsafe",
  ),
  approvals: columnsOf<"approvals">()("id environment target version digest actor reason at auditEvent"),
  evidence: columnsOf<"evidence">()("digest target targetDigest suite verdict document source actor importedAt"),
  leases: columnsOf<"leases">()("name holder expiresAt"),
};

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
type Exactly<S extends string, K> = [Words<S>] extends [K] ? ([K] extends [Words<S>] ? S : never) : never;

function columnsOf<T extends keyof Database>() {
  return <S extends string>(names: Exactly<S, keyof Database[T]>): string[] => names.split(" ");
}

describe("the store", () => {
  test("has the tables and columns that the types of its rows have", async () => {
    const store = openStore(join(tempProject(), "state.db"), NORMAL);
    const tables = store.sqlite
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all() as (keyof Database)[];
    expect([...tables].sort()).toEqual(Object.keys(COLUMNS).sort());
    for (const table of tables) {
      const columns = (store.sqlite.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
      expect(columns, table).toEqual(COLUMNS[table]);
    }
    await store.close();
  });

  test("has the schema that was agreed", async () => {
    const store = openStore(join(tempProject(), "state.db"), NORMAL);
    const rows = store.sqlite
      .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
      .pluck()
      .all();
    await expect(`${rows.join(";\n\n")};\n`).toMatchFileSnapshot("../../fixtures/golden/schema.sql");
    await store.close();
  });

  test("is durable as asked, in WAL, with foreign keys", async () => {
    const file = join(tempProject(), "state.db");
    const store = openStore(file, { durability: "full" });
    const pragma = (name: string) => store.sqlite.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
    await store.close();
    const again = openStore(file, NORMAL);
    expect(again.sqlite.pragma("synchronous", { simple: true })).toBe(1);
    await again.close();
  });

  test("is made once when several processes open it at the same moment", async () => {
    const file = join(tempProject(), "deep", "state.db");
    const code = `import { openStore } from ${JSON.stringify(join(REPO, "dist/state/store.js"))}; const s = openStore(${JSON.stringify(file)}, { durability: "normal" }); console.log(s.sqlite.pragma("user_version", { simple: true })); await s.close();`;
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => execa(process.execPath, ["--input-type=module", "-e", code])),
    );
    expect(runs.map((r) => r.stdout)).toEqual(Array(6).fill("4"));
  });
});
