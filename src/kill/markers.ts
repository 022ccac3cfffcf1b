import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { newId } from "../core/ids.ts";
import { makeFolder } from "../core/folder.ts";
import { ALL, EVERY, type Kill, type Latch } from "./latch.ts";

/**
 * The second path of a kill: a file whose name is the latch. It needs no lock, no schema and no free block, and a
 * person can make one with `touch`. Where the disk allows it, it says who, why and when.
 */
export interface Marker extends Kill {
  /** False while the file says nothing about who and why. */
  explained: boolean;
}

/** `production~agents~refund-desk`, `production~@all`, `@every~…`: what is not [a-z0-9._-] is percent-encoded, so no two latches share a name, even where case is ignored. */
export function markerName({ environment, target }: Latch): string {
  const where = environment === EVERY ? "@every" : encode(environment);
  return `${where}~${target === ALL ? "@all" : target.split("/").map(encode).join("~")}`;
}

/**
 * Sets the latch's marker; false when it was set already. It appears whole; on a full disk first as a bare name, which then takes the blocks
 * of the reserve to say who and why.
 */
export function setMarker(folder: string, kill: Kill): boolean {
  makeFolder(folder);
  const path = join(folder, markerName(kill));
  const linked = link(path, kill);
  if (linked !== undefined) return linked;
  const created = create(path);
  if (created)
    attempt(() => {
      explainByReserve(folder, path, kill);
    });
  return created;
}

const RESERVE = "reserve";
/** One block of most file systems. */
const RESERVE_BYTES = 4096;

/** Keeps a file's worth of blocks beside the markers, for a kill on a full disk; where there are none left, it goes without. */
export function keepReserve(folder: string | null): void {
  if (folder === null) return;
  attempt(() => {
    const path = join(folder, RESERVE);
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= RESERVE_BYTES || !existsSync(folder)) return;
    writeFileSync(path, " ".repeat(RESERVE_BYTES));
  });
}

/** Writes into blocks that are there already, and takes the bare marker's place; whoever renames the reserve first has it. */
function explainByReserve(folder: string, path: string, kill: Kill): void {
  const draft = draftBeside(path);
  renameSync(join(folder, RESERVE), draft);
  try {
    const fits = (reason: string) => Buffer.byteLength(textOf({ ...kill, reason })) <= RESERVE_BYTES;
    let { reason } = kill;
    while (!fits(reason)) reason = reason.slice(0, Math.floor(reason.length / 2));
    const text = textOf({ ...kill, reason });
    const open = openSync(draft, "r+");
    try {
      writeSync(open, text.padEnd(text.length + RESERVE_BYTES - Buffer.byteLength(text)), 0);
    } finally {
      closeSync(open);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** A check sees who and why together with the marker, never before; undefined where this cannot be done. */
function link(path: string, kill: Kill): boolean | undefined {
  const draft = draftBeside(path);
  try {
    writeFileSync(draft, textOf(kill), { flag: "wx" });
    linkSync(draft, path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EEXIST" ? false : undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

function draftBeside(path: string): string {
  return join(dirname(path), `draft-${newId()}`);
}

function textOf({ actor, reason, at }: Kill): string {
  return `${JSON.stringify({ actor, reason, at })}\n`;
}

function create(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Sets the marker again where it was cleared meanwhile. */
export function keepMarker(folder: string | null, kill: Kill): void {
  if (folder !== null) attempt(() => setMarker(folder, kill));
}

/** Makes a marker say this kill; it is set all the while. False where it could not be written. */
export function rewriteMarker(folder: string | null, kill: Kill): boolean {
  if (folder === null) return false;
  const path = join(folder, markerName(kill));
  const draft = draftBeside(path);
  const written = attempt(() => {
    try {
      writeFileSync(draft, textOf(kill), { flag: "wx" });
      renameSync(draft, path);
      return true;
    } finally {
      rmSync(draft, { force: true });
    }
  });
  return written === true;
}

/** Makes the markers outlast a power cut, as far as the file system can. */
export function syncMarkers(folder: string | null): void {
  if (folder === null) return;
  attempt(() => {
    const open = openSync(folder, "r");
    fsyncSync(open);
    closeSync(open);
  });
}

export function clearMarker(folder: string | null, latch: Latch): void {
  if (folder !== null) rmSync(join(folder, markerName(latch)), { force: true });
}

/** Markers that are set; throws where the folder is there and cannot be read. */
export function readMarkers(folder: string | null): Marker[] {
  if (folder === null || statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const latch = parseName(name);
      return latch === null ? [] : [{ ...latch, ...detailsOf(join(folder, name)) }];
    });
}

function parseName(name: string): Latch | null {
  const [where = "", ...rest] = name.split("~");
  const all = rest.length === 1 && rest[0] === "@all";
  if (where === "" || (!all && rest.length !== 2)) return null;
  try {
    const environment = where === "@every" ? EVERY : decodeURIComponent(where);
    return { environment, target: all ? ALL : rest.map(decodeURIComponent).join("/") };
  } catch {
    return null;
  }
}

function detailsOf(path: string): Omit<Marker, keyof Latch> {
  const said = attempt(() => JSON.parse(readFileSync(path, "utf8")) as Partial<Kill>);
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const explained = text(said?.actor) !== undefined;
  return {
    actor: text(said?.actor) ?? "unknown",
    reason: text(said?.reason) ?? (explained ? "" : "unknown: the marker file says nothing"),
    at: text(said?.at) ?? new Date(attempt(() => statSync(path).mtimeMs) ?? 0).toISOString(),
    explained,
  };
}

function encode(text: string): string {
  return text.replace(/[^a-z0-9._-]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
