import { ignoreItself } from "../core/folder.ts";
import { AgentopsError } from "../core/errors.ts";
import type { BareStore } from "../state/store.ts";
import { OPERATORS } from "../state/locks.ts";
import type { Executor } from "../state/raw.ts";
import { explainKill, findKill, insertKill, readKills, wasRecorded } from "./kills.store.ts";
import { EVERY, holding, isSame, type Kill, told, type ToldKill } from "./latch.ts";
import { keepMarker, keepReserve, readMarkers, rewriteMarker, setMarker, syncMarkers } from "./markers.ts";
import type { Knowledge, Meant } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import type { KillDocument } from "./schema.ts";
import { inStore, type Switchboard, tryPath } from "./switchboard.ts";

/** What an operator asks for; the same for both directions. */
export interface Order {
  environment: string;
  targets: readonly string[];
  /** What is known of each target's name; true for all where nobody asked. */
  names?: Pick<Meant, "targets" | "unchecked">;
  /** As far as it is known without asking anybody. */
  actor: string;
  /** Says who it was where nobody was named; asked once the marker is set, since nothing may hold that up. */
  who?: (() => Promise<string | undefined>) | undefined;
  /** "" when not given. */
  reason: string;
}

/** What one path knows of a latch: the kill in force, and whether this command set it. */
interface Taken {
  kill: Kill;
  fresh: boolean;
}

/**
 * Stops targets until they are revived. Two paths, the one that nothing can block first: a marker beside the store, then
 * switch and audit event in one transaction. Either is enough, since every check reads both. Throws STORE_FAILED when
 * neither took.
 */
export async function kill(board: Switchboard, order: Order): Promise<KillDocument> {
  const { environment, targets, reason } = order;
  const at = board.clock.now().toISOString();
  const meant = targets.map((target): Kill => ({ environment, target, actor: order.actor, reason, at }));
  const { markers } = board.store;
  const marker = await tryPath(board.waitMs, () => meant.map((latch) => mark(markers, latch)));
  // Asked while the store is opened; it is bounded and never rejects.
  const named = withWho(order, markers, meant, marker.result);
  const recorded = async (open: BareStore) => {
    const { wanted, marked } = await named;
    return record(open, board, wanted, marked);
  };
  const store = await tryPath(board.waitMs, () => inStore(board, recorded));
  const { wanted, marked } = await named;
  const actor = wanted[0]?.actor ?? order.actor;
  if (marker.result === undefined && store.result === undefined) throw neither(board, order, marker.path, store.path);
  if (store.result === undefined) {
    // A revive that ran meanwhile may have cleared the marker; and nothing else will survive a power cut.
    for (const latch of wanted) keepMarker(markers, latch);
    syncMarkers(markers);
  }
  keepReserve(markers);
  if (markers !== null) ignoreItself(markers);
  return {
    schema: "agentops.kill/1",
    action: "kill",
    environment,
    targets: wanted.map((latch, i) => ({
      target: latch.target,
      known: knownOf(order, latch.target),
      ...outcome(latch, marked?.[i], store.result?.taken[i]),
      heldBy: others(store.result?.kills ?? [], latch).map(told),
    })),
    ...knowledgeOf(order),
    actor,
    authenticated: false,
    reason: reason === "" ? null : reason,
    at,
    store: board.store.shown,
    paths: { marker: marker.path, store: store.path },
    recovered: store.result?.recovered ?? 0,
  };
}

/** The same kills by whoever it was; a marker that cannot be told so keeps its kill, so that marker and row go on to say the same. */
async function withWho(
  { who }: Order,
  markers: string | null,
  meant: readonly Kill[],
  marked: readonly Taken[] | undefined,
): Promise<{ wanted: readonly Kill[]; marked: readonly Taken[] | undefined }> {
  const actor = await who?.().catch(() => undefined);
  if (actor === undefined) return { wanted: meant, marked };
  const wanted = meant.map((latch, i) => {
    const named = { ...latch, actor };
    return marked?.[i]?.kill !== latch || rewriteMarker(markers, named) ? named : latch;
  });
  const isOwn = (taken: Taken, i: number) => taken.kill === meant[i];
  return {
    wanted,
    marked: marked?.map((taken, i) => (isOwn(taken, i) ? { ...taken, kill: wanted[i] ?? taken.kill } : taken)),
  };
}

function mark(markers: string | null, latch: Kill): Taken {
  if (markers === null) throw new Error("there is no folder for one: AGENTOPS_MARKERS, or -C DIR of a project");
  if (setMarker(markers, latch)) return { kill: latch, fresh: true };
  const first = readMarkers(markers).find((m) => isSame(m, latch));
  // One that says nothing, made by hand or on a full disk, is explained by this command.
  return { kill: first?.explained === true ? plain(first) : latch, fresh: false };
}

async function record(
  open: BareStore,
  board: Switchboard,
  wanted: readonly Kill[],
  marked: readonly Taken[] | undefined,
) {
  const write = async (tx: Executor) => {
    const taken: Taken[] = [];
    for (const [i, latch] of wanted.entries()) {
      // Again, under the lock that a revive holds: it may have cleared the marker after it was set above.
      if (marked !== undefined) keepMarker(board.store.markers, latch);
      const known = await withReason(tx, await findKill(tx, latch), latch);
      const kill = known ?? (await unlessRevived(tx, marked?.[i]?.kill)) ?? latch;
      if (known === undefined) await insertKill(tx, kill, latch.at);
      // A marker that says the same as the row is known for revived once the row is gone, also where another machine revives.
      if (marked !== undefined && kill !== marked[i]?.kill) rewriteMarker(board.store.markers, kill);
      taken.push({ kill, fresh: known === undefined });
    }
    return taken;
  };
  const taken = await open.inTransaction(write, { locks: [OPERATORS] });
  // What only other markers know is no reason to fail.
  const { result: recovered = 0 } = await tryPath(board.waitMs, () => reconcile(open, board));
  return { taken, recovered, kills: await readKills(open.db) };
}

/** The kill in force, with a reason that nobody had given before. */
async function withReason(tx: Executor, known: Kill | undefined, given: Kill): Promise<Kill | undefined> {
  if (known === undefined || known.reason !== "" || given.reason === "") return known;
  await explainKill(tx, known, given);
  return { ...known, reason: given.reason };
}

/** What another machine revived is only a marker's that it could not clear. */
async function unlessRevived(tx: Executor, kill: Kill | undefined): Promise<Kill | undefined> {
  return kill === undefined || (await wasRecorded(tx, kill)) ? undefined : kill;
}

/** The store knows who was first; the kill is this command's own when that is what it says. */
function outcome(
  own: Kill,
  marked: Taken | undefined,
  stored: Taken | undefined,
): { changed: boolean; kill: ToldKill | null } {
  if (stored === undefined)
    return { changed: marked?.fresh === true, kill: marked === undefined ? null : told(marked.kill) };
  const isOwn = own.at === stored.kill.at && own.reason === stored.kill.reason;
  return { changed: isOwn && (stored.fresh || marked?.fresh === true), kill: told(stored.kill) };
}

/** What a document says of an order's names. */
export function knowledgeOf({ names }: Order): { known: Knowledge; unchecked: string[] } {
  const all = (names?.targets ?? []).map(({ known }) => known);
  return { known: all.includes(false) ? false : all.includes(null) ? null : true, unchecked: names?.unchecked ?? [] };
}

export function knownOf({ names }: Order, target: string): Knowledge {
  const one = names?.targets.find((name) => name.target === target);
  return one === undefined ? true : one.known;
}

/** Other latches that stop the same target. */
export function others(kills: readonly Kill[], latch: Pick<Kill, "environment" | "target">): Kill[] {
  const environment = latch.environment === EVERY ? null : latch.environment;
  return holding(kills, environment, [latch.target]).filter((kill) => !isSame(kill, latch));
}

function plain({ environment, target, actor, reason, at }: Kill): Kill {
  return { environment, target, actor, reason, at };
}

function neither(
  { store }: Switchboard,
  { targets }: Order,
  marker: { problem: string | null },
  row: { problem: string | null },
): AgentopsError {
  return new AgentopsError(
    "STORE_FAILED",
    `${targets.join(" and ")} was NOT killed; the marker beside the store: ${marker.problem ?? ""}; the store: ${row.problem ?? ""}`,
    {
      hint: `make ${store.file === null ? `${store.shown} reachable` : `the folder of ${store.shown} writable`} and repeat, or stop the agent's processes themselves`,
    },
  );
}
