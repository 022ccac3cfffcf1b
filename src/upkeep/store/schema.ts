import { z } from "zod";
import { ENGINES } from "../../state/address.ts";

/** `agentops store info`: what is where, and how big. */
export const storeSchema = z.object({
  schema: z.literal("agentops.store/1"),
  engine: z.enum(ENGINES),
  url: z.string().describe("the file, or the server's address without its password"),
  version: z.int().describe("migrations it has had; 0 where nothing is there yet"),
  pending: z.int().describe("migrations it lacks: agentops store migrate"),
  storeId: z.string().nullable().describe("stays with its content wherever that is copied to"),
  revision: z.int().nullable().describe("larger after each operator's change"),
  bytes: z.int().nullable(),
  tables: z.array(z.object({ name: z.string(), rows: z.int() })).describe("what operators and production share"),
  markers: z.string().nullable().describe("the folder of marker files that kill without the store"),
  evals: z.object({ file: z.string(), runs: z.int(), trials: z.int(), bytes: z.int() }).describe("runs stay on this machine"), // prettier-ignore
  moved: z.string().nullable().describe("where it was copied to; then it takes no more writes"),
});

export const migrationSchema = z.object({
  schema: z.literal("agentops.store-migration/1"),
  url: z.string(),
  from: z.int(),
  to: z.int(),
});

export const storeCheckSchema = z.object({
  schema: z.literal("agentops.store-check/1"),
  url: z.string(),
  ok: z.boolean(),
  problems: z.array(z.string()),
  events: z.object({
    total: z.int(),
    sealed: z.int().describe("in the chain, each with the hash of the one before it"),
    unsealed: z.int().describe("appended by an older release, and in no chain yet"),
    brokenAt: z.int().nullable().describe("place in the chain of the first event that is not as it was written"),
  }),
});

export const backupSchema = z.object({
  schema: z.literal("agentops.store-backup/1"),
  url: z.string(),
  file: z.string(),
  bytes: z.int(),
});

export const pruneSchema = z.object({
  schema: z.literal("agentops.store-prune/1"),
  url: z.string(),
  before: z.string().describe("ISO 8601"),
  dryRun: z.boolean(),
  tables: z.array(z.object({ name: z.string(), rows: z.int() })),
});

export const copySchema = z.object({
  schema: z.literal("agentops.store-copy/1"),
  from: z.string(),
  to: z.string(),
  storeId: z.string(),
  tables: z.array(z.object({ name: z.string(), rows: z.int() })).describe("rows there now"),
});

export type StoreDocument = z.infer<typeof storeSchema>;
export type StoreMigration = z.infer<typeof migrationSchema>;
export type StoreCheck = z.infer<typeof storeCheckSchema>;
export type StoreBackup = z.infer<typeof backupSchema>;
export type StorePrune = z.infer<typeof pruneSchema>;
export type StoreCopy = z.infer<typeof copySchema>;
