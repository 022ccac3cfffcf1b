import type { Database } from "./tables.ts";

/** A table of what operators and production share. */
export interface SharedTable {
  name: keyof Database;
  /** Its primary key. */
  key: readonly string[];
  /** Rows are only ever added, so that what was copied once need not be copied again. */
  appended: boolean;
}

const table = <T extends keyof Database>(
  name: T,
  key: (keyof Database[T] & string)[],
  appended = false,
): SharedTable => {
  return { name, key, appended };
};
const APPENDED = true;

/** In the order in which their rows may be written: a row comes after those that it points at. */
export const SHARED_TABLES: readonly SharedTable[] = [
  table("releases", ["target", "version"], APPENDED),
  table("auditEvents", ["id"], APPENDED),
  table("rollouts", ["seq"]),
  table("transitions", ["rollout", "seq"], APPENDED),
  table("stables", ["id"], APPENDED),
  table("observations", ["seq"], APPENDED),
  table("breaches", ["rollout", "look", "observation"], APPENDED),
  table("looks", ["rollout", "look"], APPENDED),
  table("tallies", ["rollout", "look", "weight", "arm", "metric"]),
  table("units", ["rollout", "unit"]),
  table("outcomes", ["environment", "target", "hour", "version", "shadow"]),
  table("approvals", ["id"], APPENDED),
  table("evidence", ["digest"], APPENDED),
  table("calibrations", ["id"], APPENDED),
  table("kills", ["environment", "target"]),
  table("leases", ["name"]),
];
