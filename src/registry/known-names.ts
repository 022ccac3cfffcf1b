import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { artifactFileOf, addressOf, KINDS, pathsOf } from "./files.ts";
import type { ArtifactKind } from "../core/refs.ts";

// Someone on call asks whether a name is right: looked at without git, which takes longer than the whole command and may be damaged.

/** Where names are known from; what cannot be read throws. */
export interface KnownNames {
  has(target: string): boolean;
  all(): string[];
}

/** `prompts/NAME`, `agents/NAME` of the files in the working tree. */
export function namesOfFiles(root: string): KnownNames {
  return {
    has: (target) => {
      const [kind = "", name = ""] = target.split("/");
      return pathsOf(kind as ArtifactKind, name).some((path) => existsSync(join(root, path)));
    },
    all: () =>
      KINDS.flatMap((kind) =>
        entriesOf(join(root, kind)).flatMap((entry) => {
          const file = artifactFileOf(kind, entry);
          return file === null ? [] : [addressOf(kind, file.name)];
        }),
      ),
  };
}

/** Agents of the working tree that read one of some prompts, which are given by their bare names; without the time that reading YAML takes. */
export function readersInFiles(root: string, prompts: readonly string[]): string[] {
  const folder = join(root, "agents");
  return entriesOf(folder).flatMap((entry) => {
    const file = artifactFileOf("agents", entry);
    if (file === null) return [];
    const [, prompt = ""] = /^prompt:[ \t]*["']?([^"'\s#]+)/m.exec(readFileSync(join(folder, entry), "utf8")) ?? [];
    return prompts.includes(prompt) ? [addressOf("agents", file.name)] : [];
  });
}

/** The same of version tags, loose or packed. */
export function namesOfTags(root: string): KnownNames {
  const git = once(() => gitFolder(root));
  const packed = once(() => packedRefs(git()));
  return {
    has: (target) =>
      entriesOf(join(git(), "refs", "tags", target)).length > 0 || packed().includes(` refs/tags/${target}/v`),
    all: () => [
      ...KINDS.flatMap((kind) => entriesOf(join(git(), "refs", "tags", kind)).map((name) => addressOf(kind, name))),
      ...[...packed().matchAll(/ refs\/tags\/((?:prompts|agents)\/[^/\n]+)\/v\d+$/gm)].map(
        ([, target]) => target as string,
      ),
    ],
  };
}

/** `v12`, `v11`, … of an artifact, by its tags. */
export function versionsInTags(root: string, address: string): string[] {
  const git = gitFolder(root);
  const loose = entriesOf(join(git, "refs", "tags", address)).flatMap((name) => /^v(\d+)$/.exec(name)?.[1] ?? []);
  // After the loose ones: git packs a ref before it takes the loose one away.
  const packed = packedRefs(git).matchAll(new RegExp(` refs/tags/${address.replaceAll(".", "\\.")}/v(\\d+)$`, "gm"));
  const numbers = new Set([...loose, ...[...packed].map(([, number]) => number)].map(Number));
  return [...numbers].sort((a, b) => b - a).map((number) => `v${number}`);
}

/** The folder with the refs, of the repository that has the project; a worktree has them elsewhere. */
function gitFolder(root: string): string {
  for (let dir = resolve(root); ; dir = dirname(dir)) {
    const git = join(dir, ".git");
    if (existsSync(git)) return commonFolder(statSync(git).isDirectory() ? git : resolve(dir, pointedTo(git)));
    if (dirname(dir) === dir) throw new Error("there is no git repository");
  }
}

function pointedTo(file: string): string {
  const [, folder] = /^gitdir: (.+)$/m.exec(readFileSync(file, "utf8")) ?? [];
  if (folder === undefined) throw new Error(`${file} names no folder`);
  return folder.trim();
}

function commonFolder(git: string): string {
  const file = join(git, "commondir");
  const common = existsSync(file) ? resolve(git, readFileSync(file, "utf8").trim()) : git;
  const isWhole = ["refs", "objects"].every((folder) => existsSync(join(common, folder)));
  if (!isWhole || existsSync(join(common, "reftable"))) throw new Error("its refs are not where git keeps them");
  return common;
}

function packedRefs(git: string): string {
  const file = join(git, "packed-refs");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
