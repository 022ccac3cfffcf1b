import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { ACTOR_TRAILER, DIGEST_TRAILER, PATH_TRAILER, trailer } from "../versions/tag-object.ts";

/** A version that is about to be tagged. */
export interface NewTag {
  address: string;
  /** `v7`. */
  version: string;
  /** `prompts/NAME/v7`. */
  tag: string;
  commit: string;
  digest: string;
  /** The artifact's file, relative to the repository's top. */
  path: string;
  message: string;
  /** Who was named; undefined where git's tagger is who published it. */
  actor: string | undefined;
}

/** What git takes for the beginning of a signature (gpg-interface.c): the rest of a tag, its trailers too, is no message then. */
const SIGNATURE = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/;

/** Throws USAGE for a message whose tag would lose its digest. */
export function refuseSignature(message: string | undefined): void {
  const line = (message ?? "")
    .trim()
    .split("\n")
    .findIndex((text) => SIGNATURE.test(text));
  if (line < 0) return;
  throw new AgentopsError(
    "USAGE",
    `line ${line + 1} of the message begins a signature, and git would take the rest for one`,
    {
      hint: "indent the block that is quoted, or leave it out",
    },
  );
}

/**
 * Makes all tags or none, and returns whether they are signed, as git's settings say where nobody asked. Throws CONCURRENT_CHANGE when a tag
 * exists by now, GIT_FAILED when git cannot sign or does not read back what was written.
 */
export async function makeTags(repo: Repo, tags: readonly NewTag[], sign: boolean): Promise<boolean> {
  const made: NewTag[] = [];
  try {
    for (const tag of tags) {
      await makeTag(repo, tag, sign);
      made.push(tag);
    }
    return await readBack(repo, tags);
  } catch (error) {
    await deleteTags(repo, made);
    throw error;
  }
}

/** One process for all of them. */
async function readBack(repo: Repo, tags: readonly NewTag[]): Promise<boolean> {
  const fields = ["%(refname:lstrip=2)", "%(*objectname)", "%(contents:subject)%0a%0a%(contents:body)", SIGNED];
  const refs = tags.map(({ tag }) => `refs/tags/${tag}`);
  const cells = (await must(repo.git, ["for-each-ref", `--format=${fields.join("%00")}%00`, ...refs])).split("\0");
  const at = new Map(cells.map((cell, i) => [i % fields.length === 0 ? cell.trimStart() : "", i]));
  const read = tags.map(({ tag, commit, digest }) => {
    const from = at.get(tag) ?? cells.length;
    const [on, text = "", how = ""] = cells.slice(from + 1, from + fields.length);
    if (on === commit && trailer(text, DIGEST_TRAILER) === digest) return how;
    throw new AgentopsError("GIT_REFUSED", `git does not read back what was written into the tag ${tag}`, {
      hint: "publish with a plain message",
    });
  });
  return read.every((how) => how !== "");
}

const SIGNED = "%(if)%(contents:signature)%(then)signed%(end)";

async function makeTag(
  repo: Repo,
  { tag, commit, digest, path, message, actor }: NewTag,
  sign: boolean,
): Promise<void> {
  // One line: a name with a line break would be a trailer of its own.
  const named =
    actor === undefined ? "" : `${ACTOR_TRAILER}: ${actor.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim()}\n`;
  const input = `${message}\n\n${named}${DIGEST_TRAILER}: ${digest}\n${PATH_TRAILER}: ${path}\n`;
  // Without -a: git makes an annotated one for its message, and signs it where tag.forceSignAnnotated says so.
  const args = ["tag", ...(sign ? ["-s"] : []), "--cleanup=whitespace", "-F", "-", tag, commit];
  const result = await repo.git(args, { input });
  // git 2.39 makes an unsigned tag where it cannot read the ssh key, says so, and ends with 0.
  const isSigned = !/^error: /m.test(result.stderr);
  if (result.exitCode === 0 && isSigned) return;
  if (result.exitCode === 0) await repo.undo(["tag", "-d", tag]);
  if (/already exists/.test(result.stderr)) {
    throw new AgentopsError("CONCURRENT_CHANGE", `${tag} was published at the same moment`, {
      hint: "run the command again",
    });
  }
  throw gitFailed(result, `git cannot make the tag ${tag}`, sign ? SIGN_HINT : undefined);
}

const SIGN_HINT = "git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub";

/** Removes tags that were made here and not accepted; each only while it still is on our commit. */
export async function deleteTags(repo: Repo, tags: readonly NewTag[]): Promise<void> {
  for (const { tag, commit } of tags) {
    const peeled = await repo.undo(["rev-parse", "--verify", "--quiet", `refs/tags/${tag}^{commit}`]);
    if (peeled.stdout.trim() === commit) await repo.undo(["tag", "-d", tag]);
  }
}
