import type { VersionName } from "../core/project.ts";
import type { StoreAddress } from "../state/address.ts";
import { openBareToRead } from "../state/bare.ts";
import { type Executor, raw, rowsOf } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";

/** Versions live in git: a store that does not answer delays whoever asks, and no more. */
const WAIT_MS = 2000;

/**
 * The digests that versions were first released with, in their order; null for what never was, and without a store, which is only read.
 * Throws what the engine throws.
 */
export async function releasedDigests(
  address: StoreAddress,
  versions: readonly VersionName[],
): Promise<(string | null)[]> {
  const store = await openBareToRead(address, WAIT_MS, WAIT_MS);
  if (store === undefined) return versions.map(() => null);
  try {
    const [first] = versions;
    const one = versions.every((version) => version.address === first?.address) ? first?.address : undefined;
    const digests = await readReleased(store.db, one);
    return versions.map(({ address: target, version }) => digests.get(`${target}@${version}`) ?? null);
  } finally {
    await store.close();
  }
}

type Released = Pick<Row<"releases">, "target" | "version" | "digest">;

/** By `prompts/NAME@v7`; of one target, or of all. */
export async function readReleased(db: Executor, target?: string): Promise<Map<string, string>> {
  const all = "SELECT target, version, digest FROM releases";
  const query = target === undefined ? raw<Released>(all) : raw<Released>(`${all} WHERE target = $1`, target);
  const rows = await rowsOf(db, query);
  return new Map(rows.map((row) => [`${row.target}@${row.version}`, row.digest]));
}
