import { readersInStore } from "../../../kill/names.store.ts";
import type { Switchboard } from "../../../kill/switchboard.ts";
import type { Location } from "../../../core/location.ts";
import { readersInFiles } from "../../../registry/known-names.ts";
import { openBareToRead } from "../../../state/bare.ts";

const WAIT_MS = 500;

/** Agents that read one of the prompts among some targets, by the files here and by what is served; what cannot be read knows none. */
export async function readersOf(
  targets: readonly string[],
  { store }: Switchboard,
  location: Location,
): Promise<string[]> {
  const prompts = targets
    .filter((target) => target.startsWith("prompts/"))
    .map((target) => target.slice("prompts/".length));
  if (prompts.length === 0) return [];
  const inFiles = location.found ? tried(() => readersInFiles(location.root, prompts)) : [];
  const inStore = await stored(store, prompts).catch(() => []);
  return [...new Set([...inFiles, ...inStore])].filter((name) => !targets.includes(name)).sort();
}

function tried(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

async function stored(store: Switchboard["store"], prompts: readonly string[]): Promise<string[]> {
  const open = await openBareToRead(store, WAIT_MS, WAIT_MS);
  if (open === undefined) return [];
  try {
    return await readersInStore(open.db, prompts);
  } finally {
    await open.close();
  }
}
