import { type Kysely, sql } from "kysely";
import { AgentopsError } from "../../core/errors.ts";
import {
  type Applied,
  migrationAfter,
  MIGRATIONS_TABLE,
  refuseNewer,
  SCHEMA_VERSION,
  SQLITE_ONLY,
} from "../migrations/migrations.ts";
import type { StoreAddress } from "../address.ts";
import type { Db } from "../store.ts";
import type { Database } from "../tables.ts";
import { baseline } from "./baseline.ts";

const TYPES = { text: 'text COLLATE "C"', integer: "bigint", real: "double precision", keyed: "" };

/** Throws STORE_OLD where migrations are missing: agents and operators never migrate a server, `agentops store migrate` does. STORE_NEWER. */
export async function requireSchema({ shown }: StoreAddress, db: Db): Promise<void> {
  const version = await versionOf(db);
  if (version >= SCHEMA_VERSION) {
    const { movedTo } = await db.selectFrom("revision").select("movedTo").executeTakeFirstOrThrow();
    if (movedTo === null) return;
    throw new AgentopsError("STORE_MOVED", `the store ${shown} is not in force: ${movedTo}`, {
      hint: `agentops store copy --to ${shown} --yes   with AGENTOPS_STORE=FILE ends what it began`,
    });
  }
  const has = version === 0 ? "has no tables of agentops" : `has schema ${version}`;
  throw new AgentopsError("STORE_OLD", `the store ${has}, this agentops needs ${SCHEMA_VERSION}`, {
    hint: "agentops store migrate   by somebody who may create tables there",
  });
}

/** How many migrations are missing. Throws STORE_NEWER. */
export async function pendingMigrations(db: Db): Promise<{ version: number; pending: number }> {
  const version = await versionOf(db);
  return { version, pending: Math.max(0, SCHEMA_VERSION - version) };
}

/** Brings a server's store up to date, one transaction a migration; two at once wait for each other. Returns how many were applied. */
export async function migrateServer(db: Db): Promise<number> {
  return db.connection().execute(async (session) => {
    await sql`SELECT pg_advisory_lock(hashtextextended('agentops migrate', 0))`.execute(session);
    try {
      let applied = 0;
      while (await session.transaction().execute(applyNext)) applied += 1;
      return applied;
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtextextended('agentops migrate', 0))`
        .execute(session)
        .catch(() => undefined);
    }
  });
}

/** False when there is nothing left. */
async function applyNext(tx: Kysely<Database>): Promise<boolean> {
  const version = await versionOf(tx);
  if (version === 0) {
    await makeSchema(tx);
    await run(tx, [baseline(TYPES), MIGRATIONS_TABLE(TYPES)]);
    await record(tx, SQLITE_ONLY.length, "breaking");
    return true;
  }
  const next = migrationAfter(version);
  if (next === undefined || version >= SCHEMA_VERSION) return false;
  await run(tx, [next.tables(TYPES), next.postgres]);
  await record(tx, version + 1, next.kind);
  return true;
}

/** `CREATE SCHEMA IF NOT EXISTS` wants a right that nobody needs where the schema is there. */
async function makeSchema(tx: Kysely<Database>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_namespace WHERE nspname = 'agentops'`.execute(tx);
  if (rows.length === 0) await sql`CREATE SCHEMA agentops`.execute(tx);
}

async function run(tx: Kysely<Database>, texts: readonly string[]): Promise<void> {
  for (const text of texts) await sql.raw(text).execute(tx);
}

async function record(tx: Kysely<Database>, number: number, kind: Applied["kind"]): Promise<void> {
  const at = sql<string>`to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  await tx.insertInto("migrations").values({ number, kind, at }).execute();
}

async function versionOf(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{
    there: boolean;
  }>`SELECT to_regclass('agentops.migrations') IS NOT NULL AS there`.execute(db);
  if (rows[0]?.there !== true) return 0;
  const applied = await db.selectFrom("migrations").select(["number", "kind"]).execute();
  refuseNewer(applied);
  return Math.max(0, ...applied.map(({ number }) => number));
}
