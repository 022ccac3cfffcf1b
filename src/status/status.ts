import { existsSync, statSync } from "node:fs";
import { notInForce, type StoreAddress } from "../state/address.ts";
import { openBareToRead } from "../state/bare.ts";
import { type Overview, overview, type OverviewRequest, type TargetNow } from "./overview.ts";
import { readKills } from "../kill/kills.store.ts";
import { EVERY, isSame, type Kill, told } from "../kill/latch.ts";
import { readMarkers } from "../kill/markers.ts";
import { reconcile } from "../kill/reconcile.ts";
import type { StatusDocument } from "./schema.ts";
import { inStore, type Switchboard, tryPath } from "../kill/switchboard.ts";
import { readRevision } from "../serving/snapshot.store.ts";
import { whyNot } from "../state/why-not.ts";

export interface StatusRequest {
  /** Environments to show even where nothing is killed in them. */
  environments: readonly string[];
  /** What could not be made sure of before. */
  problems?: readonly string[];
  /** Only this environment, and what is killed in every one. */
  only?: string | undefined;
}

/** What is going on; what is wrong is not words yet. */
export type StatusNow = Omit<StatusDocument, "environments"> & {
  environments: (Omit<StatusDocument["environments"][number], "targets"> & { targets: TargetNow[] })[];
};

/** What is killed, from both paths, and what is served; never throws, and says what it could not read. */
export async function status(board: Switchboard, request: StatusRequest): Promise<StatusNow> {
  const now = board.clock.now();
  const before = await tryPath(0, () => readMarkers(board.store.markers));
  const lost = await recover(board, before.result ?? []);
  const markers = await tryPath(0, () => readMarkers(board.store.markers));
  const { rows, serving, frozen, unread } = await readStore(board, { now, waitMs: board.waitMs, only: request.only });
  const problems = [
    ...(request.problems ?? []),
    ...(await goneStore(board.store)),
    ...lost,
    ...(markers.path.problem === null ? [] : [`the markers cannot be read: ${markers.path.problem}`]),
    ...(rows.path.problem === null ? [] : [`the store cannot be read: ${rows.path.problem}`]),
    // Whoever cannot read the kills has said why already.
    ...(rows.path.problem === null ? unread : []),
  ];
  const kills = merge(rows.result ?? [], markers.result ?? []);
  const shown = kills.filter((k) => request.only === undefined || [request.only, EVERY].includes(k.environment));
  const names = request.only === undefined ? request.environments : [request.only];
  return {
    schema: "agentops.status/1",
    at: now.toISOString(),
    store: board.store.shown,
    environments: [...new Set([...names, ...shown.map((k) => k.environment), ...serving.keys()])].map(
      (environment) => ({
        environment,
        frozen: frozen.get(environment) ?? null,
        killed: shown.filter((kill) => kill.environment === environment).map(told),
        ...(serving.get(environment) ?? { targets: [], processes: [], bad: [] }),
      }),
    ),
    problems,
  };
}

/** A store that was there and is not is no "nothing is killed": its folder of markers is made with it. */
async function goneStore({ file, markers }: StoreAddress): Promise<string[]> {
  if (file === null) return [];
  const { result: found, path } = await tryPath(0, () => statSync(file, { throwIfNoEntry: false }));
  if (path.problem !== null) return [];
  if (found?.size === 0) return ["the store's file is empty"];
  return found === undefined && existsSync(markers ?? "") ? ["the store is gone, only its markers are left"] : [];
}

type Seen = Kill & { via: ("marker" | "store")[] };

/** Rows know best who and why; a marker alone kills as well. */
function merge(rows: readonly Kill[], markers: readonly Kill[]): Seen[] {
  const both = rows.map((row): Seen => {
    const marked = markers.some((m) => isSame(m, row));
    return { ...row, via: marked ? ["marker", "store"] : ["store"] };
  });
  const alone = markers
    .filter((m) => !rows.some((row) => isSame(m, row)))
    .map(({ environment, target, actor, reason, at }): Seen => {
      return { environment, target, actor, reason, at, via: ["marker"] };
    });
  return [...both, ...alone].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

/** Everything that the store knows; what could not be read is said once. */
async function readStore(board: Switchboard, request: OverviewRequest) {
  const nothing: Overview = { serving: new Map(), frozen: new Map(), unread: [] };
  const opened = await tryPath(board.waitMs, () => openBareToRead(board.store, board.waitMs, board.waitMs + 500));
  const { result: open } = opened;
  if (open === undefined) return { ...nothing, rows: { result: [], path: opened.path } };
  try {
    const rows = await tryPath(board.waitMs, () => readKills(open.db));
    if (rows.path.problem !== null) open.waitAtMost(0);
    const moved = await tryPath(0, () => readRevision(open.db));
    const movedTo = moved.result?.movedTo ?? null;
    const found = await overview(open, request);
    return {
      ...found,
      unread: [...(movedTo === null ? [] : [`the store ${notInForce(board.store, movedTo)}`]), ...found.unread],
      rows,
    };
  } finally {
    await open.close();
  }
}

/** A kill that was made while the store was down is recorded as soon as somebody looks. Returns what went wrong. */
async function recover(board: Switchboard, markers: readonly Kill[]): Promise<string[]> {
  if (markers.length === 0) return [];
  try {
    const rows = await rowsOf(board);
    if (markers.some((marker) => !rows.some((row) => isSame(row, marker))))
      await inStore(board, (open) => reconcile(open, board));
    return [];
  } catch (error) {
    return [`a kill that only a marker holds is not recorded yet; the store: ${whyNot(error, board.waitMs)}`];
  }
}

async function rowsOf({ store, waitMs }: Switchboard): Promise<Kill[]> {
  const open = await openBareToRead(store, waitMs, waitMs + 500);
  if (open === undefined) return [];
  try {
    return await readKills(open.db);
  } finally {
    await open.close();
  }
}
