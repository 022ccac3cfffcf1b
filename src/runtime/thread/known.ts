import { hasLink, lastLink, type Link } from "../../audit/events.store.ts";
import { readKills } from "../../kill/kills.store.ts";
import { isSame, type Kill } from "../../kill/latch.ts";
import { readRevision, readServed, type Revision, type ServedRows } from "../../serving/snapshot.store.ts";
import type { Executor } from "../../state/raw.ts";
import type { StoreAddress } from "../../state/address.ts";
import type { Store } from "../../state/store.ts";

/** What a process knows of a server's store, and when it was so. */
export interface Known {
  revision: Revision;
  /** The newest audit event then; undefined before the first. */
  link?: Link | undefined;
  kills: readonly Kill[];
  /** Of these the kills that the store does not know any more, though nobody revived them: an older copy of it answered. */
  lost: readonly Kill[];
  /** The store that answers has another history, and has not gone further than this one yet. */
  parted: boolean;
  served: ServedRows;
}

/**
 * What is known after a look. A copy from before must not undo a kill that was acknowledged, nor a release: what is served counts until the
 * store has gone further, and a kill until the store knows it again. The same object where there is nothing new.
 */
export function look(store: Store, before: Known | undefined): Promise<Known> {
  return store.inTransaction(async (tx) => {
    const revision = await revisionOf(tx);
    const kills = await readKills(tx);
    if (before === undefined) return { ...(await readAll(tx, revision)), kills, lost: [], parted: false };
    if (revision.movedTo !== null) return before;
    const parted = before.parted || !(await goesOn(tx, before, revision));
    const lost = (parted && !before.parted ? before.kills : before.lost).filter((kill) => !has(kills, kill));
    const held = { kills: [...kills, ...lost], lost };
    const further = revision.storeId === before.revision.storeId && revision.value > before.revision.value;
    if (parted && !further) return unlessSame(before, { ...before, ...held, parted: true });
    const all = { ...held, parted: false };
    if (!further && !before.parted) return unlessSame(before, { ...before, ...all });
    return { ...(await readAll(tx, revision, before.served)), ...all };
  });
}

/** Why what is known is not what the store says; null where it is. */
export function difference(
  { shown }: Pick<StoreAddress, "shown">,
  known: Known,
  now: Revision,
  forgotten: string,
): string | null {
  const meant = `; where that is meant, restart the process${forgotten}`;
  if (now.movedTo !== null) return `the store ${shown} is not in force: ${now.movedTo}${meant}`;
  if (now.storeId !== known.revision.storeId) return `the store ${shown} is another one than before${meant}`;
  if (now.value < known.revision.value)
    return `the store ${shown} went back from change ${known.revision.value} to ${now.value}: an older copy of it answers${meant}`;
  if (known.parted) return `the store ${shown} has another history than before: an older copy of it answers${meant}`;
  if (known.lost.length === 0) return null;
  const names = known.lost.map(({ target }) => target).join(" and ");
  return `the store ${shown} has lost the kill of ${names}, which stays: kill again, then revive`;
}

/** A server's store has one, or it could not have been opened. */
export async function revisionOf(db: Executor): Promise<Revision> {
  const revision = await readRevision(db);
  if (revision === undefined) throw new Error("it has no revision");
  return revision;
}

async function readAll(tx: Executor, revision: Revision, before?: ServedRows) {
  return { revision, link: await lastLink(tx), served: await readServed(tx, before) };
}

async function goesOn(tx: Executor, { revision, link }: Known, now: Revision): Promise<boolean> {
  if (now.storeId !== revision.storeId || now.value < revision.value) return false;
  return link === undefined || (await hasLink(tx, link));
}

function has(kills: readonly Kill[], kill: Kill): boolean {
  return kills.some((one) => isSame(one, kill));
}

function unlessSame(before: Known, now: Known): Known {
  const said = ({ kills, lost, parted }: Known) => JSON.stringify([kills, lost, parted]);
  return said(before) === said(now) ? before : now;
}
