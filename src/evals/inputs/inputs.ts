import { createReadStream } from "node:fs";
import { posix } from "node:path";
import { CONFIG_FILE } from "../../core/location.ts";
import { displayPath, type Project } from "../../core/project.ts";
import { definitionOf } from "../../models/definition.ts";
import { blobNames, type Content, pointerName, readContent } from "../../registry/git/blob.ts";
import { repoForReading, type Repo } from "../../registry/git/repo.ts";
import { storedAs, type StoredAs } from "../../registry/git/stored-as.ts";
import type { RunInput } from "./schema.ts";

/** A file whose bytes a run read. */
export interface UsedFile {
  role: RunInput["role"];
  /** Absolute. */
  path: string;
  content: Content;
  /** The bytes themselves, where they are kept; else the file is read again, and must be the same. */
  bytes?: Uint8Array;
}

/** A pin that a run asked: of what it judges, or of a judge. */
export interface UsedModel {
  role: "model" | "judge";
  pin: string;
}

/**
 * Files as git knows them, and models as the config has them, sorted by path; undefined outside a repository that git reads, where
 * nothing is ever committed. A file outside of the repository has a path that leads out of it.
 */
export async function inputsOf(
  project: Project,
  used: readonly UsedFile[],
  models: readonly UsedModel[] = [],
): Promise<RunInput[] | undefined> {
  const repo = await repoForReading(project);
  if (repo === null) return undefined;
  const files = used.map((file) => ({ ...file, shown: displayPath(project.root, file.path) }));
  const ignored = await ignoredOf(repo, files);
  const inside = files.filter(({ shown }) => isInside(repo, shown)).map(({ shown }) => shown);
  const ways = await storedAs(repo, inside);
  const inputs = await Promise.all(
    files.map(async (file) => ({
      path: fromTop(repo, file.shown),
      ...(await namesOf(repo, file, ways[inside.indexOf(file.shown)] ?? "bytes")),
      role: file.role,
      ...(ignored.has(fromTop(repo, file.shown)) && { ignored: true as const }),
    })),
  );
  const asked = models.map(({ role, pin }) => ({
    ...{ path: fromTop(repo, CONFIG_FILE), blob: definitionOf(project.config, pin), pin, role },
  }));
  return [...inputs, ...asked].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A program writes files of its own too, logs say; a repository ignores those. Paths from the top. */
async function ignoredOf(repo: Repo, files: readonly { role: string; shown: string }[]): Promise<ReadonlySet<string>> {
  const own = files.filter(({ role, shown }) => role === "agent" && isInside(repo, shown));
  if (own.length === 0) return new Set();
  const paths = own.map(({ shown }) => `${fromTop(repo, shown)}\0`).join("");
  const { stdout } = await repo.git(["-C", repo.top, "check-ignore", "-z", "--stdin"], { input: paths });
  return new Set(stdout.split("\0").filter((path) => path !== ""));
}

/** From a path relative to the project root to one from the top of the repository, `../x` for one outside. */
function fromTop({ prefix }: Repo, shown: string): string {
  return posix.join(prefix, shown);
}

/** Whether a path from the top stays in the repository; on another drive it would be absolute. */
export function isWithin(path: string): boolean {
  return path !== ".." && !path.startsWith("../") && !/^(?:\/|[A-Za-z]:)/.test(path);
}

function isInside(repo: Repo, shown: string): boolean {
  return isWithin(fromTop(repo, shown)) && !/^(?:\/|[A-Za-z]:)/.test(shown);
}

async function namesOf(
  { hash }: Repo,
  { path, bytes, content }: UsedFile,
  way: StoredAs,
): Promise<Pick<RunInput, "blob" | "bytes">> {
  const names = await blobNames(bytes === undefined ? createReadStream(path) : [bytes], content, hash).catch(gone);
  if (names === null) return { blob: null };
  const blob = way === "lfs" ? pointerName(content, hash) : names[way];
  return { blob, ...(blob !== names.bytes && { bytes: names.bytes }) };
}

function gone(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code !== undefined) return null;
  throw error;
}

/** A file as it stands now; null where there is none. */
export async function usedFile(role: RunInput["role"], path: string): Promise<UsedFile | null> {
  const reader = readContent();
  try {
    for await (const chunk of createReadStream(path)) reader.take(chunk as Uint8Array);
  } catch (error) {
    return gone(error);
  }
  return { role, path, content: reader.content() };
}

/**
 * What a run was made of when files that it uses all the time, scripts say, stand as in `now`: one that is another than it was, is gone
 * or has come has changed what trials were judged by.
 */
export function withChanges(inputs: readonly RunInput[], now: readonly RunInput[]): RunInput[] {
  const key = ({ role, path, pin = "" }: RunInput) => `${role} ${path} ${pin}`;
  const standing = new Map(now.map((input) => [key(input), input.blob]));
  const known = new Set(inputs.map(key));
  return [
    ...inputs.map((input) =>
      STANDING.includes(input.role) && standing.get(key(input)) !== input.blob ? { ...input, blob: null } : input,
    ),
    ...now.filter((input) => !known.has(key(input))).map((input) => ({ ...input, blob: null })),
  ];
}

/** Roles of what is read while the run goes on, and again when it is resumed. */
const STANDING: readonly RunInput["role"][] = ["outputs", "scorer", "recording", "agent", "model", "judge"];

/** Roles of what answers: it is another for another version. */
const ANSWERING: readonly RunInput["role"][] = ["agent", "model"];

/** Whether a stored run was scored over the same by the same as another; it may have been asked before there were recordings. */
export function sameInputs(stored: RunSpecInputs, other: RunSpecInputs): boolean {
  const told = (inputs: RunSpecInputs = []) =>
    inputs.filter(({ role }) => !ANSWERING.includes(role)).map((input) => ({ role: input.role, text: textOf(input) }));
  const [own, others] = [told(stored), told(other)];
  const has = (list: typeof own, one: (typeof own)[number]) => list.some(({ text }) => text === one.text);
  return own.every((one) => has(others, one)) && others.every((one) => one.role === "recording" || has(own, one));
}

/** Whether a stored run was answered by what would answer now. */
export function sameAnswering(stored: RunSpecInputs, now: RunSpecInputs): boolean {
  const told = (inputs: RunSpecInputs = []) =>
    inputs.filter(({ role, ignored }) => ANSWERING.includes(role) && ignored !== true).map(textOf).sort().join("\n"); // prettier-ignore
  return told(stored) === told(now);
}

function textOf({ role, path, blob }: RunInput): string {
  return `${role} ${path} ${blob ?? "?"}`;
}

type RunSpecInputs = readonly RunInput[] | undefined;
