import { existsSync, statSync } from "node:fs";
import { connectToRead } from "../state/connection.ts";
import { markerFolder } from "../state/store-file.ts";
import { overview, type TargetNow } from "./overview.ts";
import { readKills } from "../kill/kills.store.ts";
import { EVERY, isSame, type Kill } from "../kill/latch.ts";
import { readMarkers } from "../kill/markers.ts";
import { reconcile } from "../kill/reconcile.ts";
import type { StatusDocument } from "./schema.ts";
import { inStore, type Switchboard, tryPath } from "../kill/switchboard.ts";
import { whyNot } from "../state/why-not.ts";

export interface StatusRequest {
  /** Environments to show even where nothing is killed in them. */
  environments: readonly string[];
  /** Only this environment, and what is killed in every one. */
  only?: string | undefined;
}

/** What is going on; what is wrong is not words yet. */
export type StatusNow = Omit<StatusDocument, "environments"> & {
  environments: (Omit<StatusDocument["environments"][number], "targets"> & { targets: TargetNow[] })[];
};

/** What is killed, from both paths, and what is served; never throws, and says what it could not read. */
export function status(board: Switchboard, request: StatusRequest): StatusNow {
  const now = board.clock.now();
  const markers = tryPath(0, () => readMarkers(board.store));
  const lost = recover(board, markers.result ?? []);
  const rows = tryPath(board.waitMs, () => rowsOf(board));
  const waitMs = rows.path.problem === null ? board.waitMs : 0;
  const { serving, unread } = overview(board.store, { now, waitMs, only: request.only });
  const problems = [
    ...goneStore(board.store),
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
    store: board.store,
    environments: [...new Set([...names, ...shown.map((k) => k.environment), ...serving.keys()])].map(
      (environment) => ({
        environment,
        killed: shown.filter((kill) => kill.environment === environment),
        ...(serving.get(environment) ?? { targets: [], bad: [] }),
      }),
    ),
    problems,
  };
}

/** A store that was there and is not is no "nothing is killed": its folder of markers is made with it. */
function goneStore(store: string): string[] {
  const { result: found, path } = tryPath(0, () => statSync(store, { throwIfNoEntry: false }));
  if (path.problem !== null) return [];
  if (found?.size === 0) return ["the store's file is empty"];
  return found === undefined && existsSync(markerFolder(store)) ? ["the store is gone, only its markers are left"] : [];
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

function rowsOf({ store, waitMs }: Switchboard): Kill[] {
  if (!existsSync(store)) return [];
  const sqlite = connectToRead(store, waitMs);
  try {
    return readKills(sqlite);
  } finally {
    sqlite.close();
  }
}

/** A kill that was made while the store was down is recorded as soon as somebody looks. Returns what went wrong. */
function recover(board: Switchboard, markers: readonly Kill[]): string[] {
  if (markers.length === 0) return [];
  try {
    const rows = rowsOf(board);
    if (markers.some((marker) => !rows.some((row) => isSame(row, marker))))
      inStore(board, (sqlite) => reconcile(sqlite, board));
    return [];
  } catch (error) {
    return [`a kill that only a marker holds is not recorded yet; the store: ${whyNot(error, board.waitMs)}`];
  }
}
