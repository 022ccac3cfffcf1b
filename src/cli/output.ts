import type { Stats } from "node:fs";
import {
  type FileHandle,
  constants,
  access,
  appendFile,
  lstat,
  open,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../core/folder.ts";
import { newId } from "../core/ids.ts";
import { writeFailed } from "../core/write-failed.ts";

type Lines = Iterable<string> | AsyncIterable<string>;

/** Lines are gathered to this many characters, since each write is a call of the system. */
const CHUNK = 65_536;

/**
 * Writes a report to a file, whole or not at all: beside it first, then renamed, so that one that was cut off never stands under its name. A
 * pipe or a device is written as it is, and so is a file that a rename would change more of than its content.
 * @param shown the file as it was typed
 * @throws OUTPUT_FAILED where the disk is full, USAGE where the file cannot be written; what `lines` throws as it is
 */
export async function writeReport(file: string, shown: string, lines: Lines): Promise<void> {
  const failed = (error: unknown) => writeFailed(`cannot write ${shown}`, error);
  const target = await targetOf(file).catch((error: unknown) => {
    throw failed(error);
  });
  const { draft } = target;
  const handle = await opened(target).catch((error: unknown) => {
    throw failed(error);
  });
  try {
    await writeAll(handle, lines, draft !== undefined, failed);
    if (draft !== undefined) await orFailed(rename(draft, target.path), failed);
  } catch (error) {
    // On a full disk this is what makes room again.
    if (draft !== undefined) await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Adds to a file of the job that we run in. */
export async function appendReport(file: string, text: string, hint: string): Promise<void> {
  await orFailed(appendFile(file, text), (error) => writeFailed(`cannot write ${file}`, error, hint));
}

type Failed = (error: unknown) => Error;

async function orFailed<T>(done: Promise<T>, failed: Failed): Promise<T> {
  return done.catch((error: unknown) => {
    throw failed(error);
  });
}

interface Target {
  path: string;
  /** Written first, then renamed; undefined where the path itself is written. */
  draft?: string;
  mode?: number;
}

async function targetOf(file: string): Promise<Target> {
  makeFolder(dirname(file));
  const there = await stat(file).catch(absent);
  // A link to nowhere is written through, as the shell does.
  if (there === undefined) return (await lstat(file).catch(absent)) === undefined ? besides(file) : { path: file };
  if (!there.isFile() || /^\/(dev|proc)\//.test(file)) return { path: file };
  await access(file, constants.W_OK);
  const path = await realpath(file);
  if (!isOnlyOurs(there) || !(await mayAddTo(dirname(path)))) return { path };
  return { ...besides(path), mode: there.mode & 0o777 };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** A rename gives the name another owner, and leaves the other names of the file what they were. */
function isOnlyOurs({ uid, nlink }: Stats): boolean {
  return nlink === 1 && (process.geteuid === undefined || uid === process.geteuid());
}

async function mayAddTo(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** A short name of its own: the report's may be as long as names can be. */
function besides(path: string): Target {
  return { path, draft: join(dirname(path), `.agentops-${newId()}.tmp`) };
}

async function opened({ path, draft, mode }: Target): Promise<FileHandle> {
  if (draft === undefined) return open(path, "w");
  const handle = await open(draft, "wx");
  if (mode !== undefined) await handle.chmod(mode).catch(() => undefined);
  return handle;
}

async function writeAll(handle: FileHandle, lines: Lines, sync: boolean, failed: Failed): Promise<void> {
  try {
    let text = "";
    for await (const line of lines) {
      text += `${line}\n`;
      if (text.length < CHUNK) continue;
      await orFailed(handle.writeFile(text), failed);
      text = "";
    }
    await orFailed(handle.writeFile(text), failed);
    // A disk may take the text now and refuse it later.
    if (sync) await orFailed(handle.sync(), failed);
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error;
  }
  await orFailed(handle.close(), failed);
}
