import { AgentopsError } from "../../core/errors.ts";
import { decodeText } from "../../core/utf8.ts";
import { type GitObject, readObjects } from "../git/objects.ts";
import type { Repo } from "../git/repo.ts";
import { pathsOf } from "../files.ts";
import { readArtifact } from "../read.ts";
import type { Address } from "../resolve.ts";
import type { Source } from "../source.ts";

/** An artifact as a commit has it. */
export interface StateAt extends Address {
  commit: string;
  /** The project's place in the repository then. */
  prefix: string;
}

/** What was read of the files that artifacts are made of, by `COMMIT:PATH`; null where there is none. */
type Files = Map<string, GitObject | null>;

/**
 * The digests of artifacts at some commits, in their order; null where a commit has no such artifact, or none that is valid. Two processes
 * for all of them, since an agent's file names its prompt. Throws GIT_FAILED where git cannot read.
 */
export async function digestsAt(repo: Repo, states: readonly StateAt[]): Promise<(string | null)[]> {
  const files: Files = new Map();
  for (;;) {
    const missing = new Set<string>();
    const digests = await digestsFrom(states, files, missing);
    if (missing.size === 0) return digests;
    const names = [...missing];
    const objects = await readObjects(repo, names, { followed: true });
    for (const [i, name] of names.entries()) files.set(name, objects[i] ?? null);
  }
}

/** Many commits have the same file: its digest is taken once. */
async function digestsFrom(states: readonly StateAt[], files: Files, missing: Set<string>) {
  const known = new Map<string, string | null>();
  const digests: (string | null)[] = [];
  for (const state of states) {
    const paths = pathsOf(state.kind, state.name).map((path) => files.get(`${state.commit}:${state.prefix}${path}`));
    const content = `${state.kind}/${state.name} ${paths.map((file) => file?.id ?? "").join(" ")}`;
    // What an agent is depends on its prompt's file as well.
    const same = state.kind === "prompts" && !paths.includes(undefined) ? known.get(content) : undefined;
    const digest = same === undefined ? await digestFrom(state, files, missing) : same;
    known.set(content, digest);
    digests.push(digest);
  }
  return digests;
}

async function digestFrom({ commit, prefix, ...address }: StateAt, files: Files, missing: Set<string>) {
  const source: Source = {
    commit,
    label: (path) => path,
    list: () => Promise.resolve([]),
    read: (path) => {
      const name = `${commit}:${prefix}${path}`;
      const file = files.get(name);
      if (file === undefined) missing.add(name);
      const text = file?.type === "blob" ? decodeText(Buffer.from(file.bytes, "latin1"), path) : undefined;
      return Promise.resolve(text);
    },
  };
  try {
    return (await readArtifact(source, address))?.digest ?? null;
  } catch (error) {
    if (error instanceof AgentopsError && (error.code === "FILE_INVALID" || error.code === "ARTIFACT_NOT_FOUND"))
      return null;
    throw error;
  }
}
