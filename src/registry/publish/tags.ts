import { AgentopsError } from "../../core/errors.ts";
import { gitFailed } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { ACTOR_TRAILER, DIGEST_TRAILER, PATH_TRAILER } from "../versions/versions.ts";

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

/** Makes all tags or none. Throws CONCURRENT_CHANGE when a tag exists by now, GIT_FAILED when git cannot sign. */
export async function makeTags(repo: Repo, tags: readonly NewTag[], sign: boolean): Promise<void> {
  const made: NewTag[] = [];
  for (const tag of tags) {
    try {
      await makeTag(repo, tag, sign);
      made.push(tag);
    } catch (error) {
      await deleteTags(repo, made);
      throw error;
    }
  }
}

async function makeTag(
  repo: Repo,
  { tag, commit, digest, path, message, actor }: NewTag,
  sign: boolean,
): Promise<void> {
  // One line: a name with a line break would be a trailer of its own.
  const named =
    actor === undefined ? "" : `${ACTOR_TRAILER}: ${actor.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim()}\n`;
  const input = `${message}\n\n${named}${DIGEST_TRAILER}: ${digest}\n${PATH_TRAILER}: ${path}\n`;
  const args = ["tag", sign ? "-s" : "-a", "--cleanup=whitespace", "-F", "-", tag, commit];
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
