import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { connect as dial, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { addressOf, type StoreAddress } from "../state/address.ts";
import { ENGINE } from "./engine.ts";
import { tempProject } from "./project.ts";
import { withStore } from "./store.ts";

/** What happens to stores, for drills. Each gives what ends it, where something must. */

const isRoot = process.getuid?.() === 0;
/** Root may write everywhere; whoever drills what may only be read runs as this user. */
export const NOBODY = isRoot ? 65534 : undefined;

/** Keeps even readers out of a store that is a file. */
export function lockOut({ location }: StoreAddress): () => void {
  const holder = new Database(location);
  holder.pragma("locking_mode = EXCLUSIVE");
  holder.exec("BEGIN EXCLUSIVE");
  return () => holder.close();
}

export function damage({ location }: StoreAddress): void {
  for (const end of ["-wal", "-shm"]) rmSync(`${location}${end}`, { force: true });
  writeFileSync(location, "this is no database any more ".repeat(400));
}

/** A schema that processes of today cannot know. */
export async function makeNewer(address: StoreAddress): Promise<void> {
  const newer =
    ENGINE === "sqlite" ? "PRAGMA user_version = 99" : "INSERT INTO migrations VALUES (99, 'breaking', 'today')";
  await withStore(address, (open) => open.rows(newer));
}

/** For everybody on a server, for {@link NOBODY} in a file's folder. */
export async function makeReadOnly(address: StoreAddress): Promise<void> {
  if (ENGINE === "postgres") {
    const database = new URL(address.location).pathname.slice(1);
    await withStore(address, (open) => open.rows(`ALTER DATABASE ${database} SET default_transaction_read_only = on`));
    return;
  }
  openToAll(address);
  chmodSync(address.location, 0o444);
}

/** Whoever may write a file's folder, {@link NOBODY} may too. */
export function openToAll({ location }: StoreAddress): void {
  const folder = dirname(location);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o777);
  for (const one of [dirname(folder), folder]) chmodSync(one, 0o777);
}

/** Ends {@link makeReadOnly}. */
export async function makeWritable({ location }: StoreAddress): Promise<void> {
  if (ENGINE === "sqlite") {
    chmodSync(location, 0o777);
    return;
  }
  const url = new URL(location);
  url.searchParams.set("options", "-c default_transaction_read_only=off");
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`ALTER DATABASE ${url.pathname.slice(1)} RESET default_transaction_read_only`);
  await client.end();
}

/** The same server by a way that can be cut. */
export async function breakable({
  location,
  markers,
}: StoreAddress): Promise<{ store: StoreAddress; cut: () => void }> {
  const url = new URL(location);
  const port = Number(url.port);
  const sockets: Socket[] = [];
  const way = createServer((near) => {
    const far = dial(port, url.hostname);
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((ready) => way.listen(0, "127.0.0.1", ready));
  url.port = String((way.address() as { port: number }).port);
  const cut = () => {
    way.close();
    for (const socket of sockets) socket.destroy();
  };
  return { store: addressOf(url.href, markers), cut };
}

/** Whether this user may mount a disk that is small enough to fill. */
export function canMount(): boolean {
  if (!isRoot) return false;
  const dir = tempProject();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", dir], { stdio: "ignore" });
    execFileSync("umount", [dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export function mountSmall(dir: string, size = "512k"): () => void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", dir]);
  return () => void execFileSync("umount", ["-l", dir]);
}

export function fill(file: string): void {
  const fd = openSync(file, "w");
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch {
    closeSync(fd);
  }
}
