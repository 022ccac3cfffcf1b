import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, must } from "./git.ts";
import { answersIn, type LinkEnd, textOf } from "./objects.ts";
import type { Repo } from "./repo.ts";

/** What git has by a name: bytes of a file; no such path; a link whose target no commit can show. */
export type Read = { bytes: Buffer } | { link: LinkEnd } | null;

/** Reads objects by name (a blob's own, or `COMMIT:PATH`, links within the commit followed). */
export type BlobReader = (name: string) => Promise<Read>;

/**
 * A reader that asks git once for all that is asked for at the same time: whoever reads many files asks for them together, and one process
 * answers.
 */
export function blobReader(repo: Repo): BlobReader {
  let open: { name: string; done: (read: Read) => void; failed: (error: unknown) => void }[] = [];
  const ask = async () => {
    const asked = open;
    open = [];
    try {
      const reads = await readAll(repo, [...new Set(asked.map(({ name }) => name))]);
      for (const { name, done } of asked) done(reads.get(name) ?? null);
    } catch (error) {
      for (const { failed } of asked) failed(error);
    }
  };
  return (name) =>
    new Promise((done, failed) => {
      if (open.push({ name, done, failed }) === 1) setImmediate(() => void ask());
    });
}

async function readAll(repo: Repo, names: readonly string[]): Promise<Map<string, Read>> {
  // One request a line.
  const missing = names.filter((name) => /[\n\r]/.test(name));
  const lines = names.filter((name) => !/[\n\r]/.test(name));
  const input = lines.map((name) => `${name}\n`).join("");
  const said =
    lines.length === 0
      ? ""
      : await must(repo.git, ["cat-file", "--batch", "--follow-symlinks"], { input, bytes: true });
  const reads = new Map<string, Read>();
  const answers = answersIn(said);
  for (const name of lines) {
    const answer = answers.next().value ?? null;
    if (answer === null) missing.push(name);
    else if ("why" in answer) reads.set(name, { link: { ...answer, to: textOf(answer.to) } });
    else if (answer.type === "blob") reads.set(name, { bytes: Buffer.from(answer.bytes, "latin1") });
  }
  for (const [name, read] of await readMissing(repo, missing)) reads.set(name, read);
  return reads;
}

/** Of what is missing, whose path the commit has: an object that was not fetched, or is lost, is no file that was not there. */
async function readMissing(repo: Repo, names: readonly string[]): Promise<[string, Read][]> {
  return Promise.all(
    names.map(async (name): Promise<[string, Read]> => {
      const at = name.indexOf(":");
      if (at < 0) throw lost(name);
      const [commit, path] = [name.slice(0, at), name.slice(at + 1)];
      const line = (await must(repo.git, ["ls-tree", "-z", "--full-tree", commit, "--", path])).split("\0")[0] ?? "";
      const [, mode, id = ""] = /^(\d+) \w+ ([0-9a-f]+)\t/.exec(line) ?? [];
      if (mode === undefined || mode === "040000" || mode === "160000") return [name, null];
      // It leads somewhere, or git had said so.
      if (mode === "120000") throw lost(path);
      const found = await repo.git(["cat-file", "blob", id], { bytes: true });
      if (found.exitCode !== 0) throw gitFailed(found, `cannot read ${path} at ${commit.slice(0, 12)}`);
      return [name, { bytes: Buffer.from(found.stdout, "latin1") }];
    }),
  );
}

/** GIT_FAILED for what a commit names, by its path or its own name, and the repository does not have. */
export function lost(name: string): AgentopsError {
  return new AgentopsError("GIT_FAILED", `the repository has no object for ${name}, which a commit of it names`, {
    hint: "git fsck   tells what is lost; a partial clone fetches it when its remote can be reached",
  });
}
