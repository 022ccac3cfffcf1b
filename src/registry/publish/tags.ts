import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { DIGEST_TRAILER, trailer } from "../versions/tag-object.ts";
import { deletedTogether, madeAlike, takenMeanwhile } from "./many-tags.ts";
import { type NewTag, tagText } from "./tag-text.ts";

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

/** So many tags cost more processes one by one than all at once. */
const MANY = 5;

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
      // How git makes the first one tells whether others like it may be written at once.
      const rest = tags.slice(1);
      if (tag === tags[0] && tags.length >= MANY && (await madeAlike(repo, tag, rest))) {
        made.push(...rest);
        break;
      }
    }
    return await readBack(repo, tags);
  } catch (error) {
    await deleteTags(repo, made);
    throw error;
  }
}

/** Of more tags than this all are read, which takes git less time than many patterns. */
const MOST_PATTERNS = 100;

/** One process for all of them. */
async function readBack(repo: Repo, tags: readonly NewTag[]): Promise<boolean> {
  const fields = ["%(refname:lstrip=2)", "%(*objectname)", "%(contents:subject)%0a%0a%(contents:body)", SIGNED];
  const few = tags.length <= MOST_PATTERNS;
  const refs = few ? tags.map(({ tag }) => `refs/tags/${tag}`) : ["refs/tags/prompts", "refs/tags/agents"];
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

async function makeTag(repo: Repo, tag: NewTag, sign: boolean): Promise<void> {
  // Without -a: git makes an annotated one for its message, and signs it where tag.forceSignAnnotated says so.
  const args = ["tag", ...(sign ? ["-s"] : []), "--cleanup=whitespace", "-F", "-", tag.tag, tag.commit];
  const result = await repo.git(args, { input: tagText(tag) });
  // git 2.39 makes an unsigned tag where it cannot read the ssh key, says so, and ends with 0.
  const isSigned = !/^error: /m.test(result.stderr);
  if (result.exitCode === 0 && isSigned) return;
  if (result.exitCode === 0) await repo.undo(["tag", "-d", tag.tag]);
  if (/already exists/.test(result.stderr)) throw takenMeanwhile(tag.tag);
  throw gitFailed(result, `git cannot make the tag ${tag.tag}`, sign ? SIGN_HINT : undefined);
}

const SIGN_HINT = "git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub";

/** Removes tags that were made here and not accepted; each only while it still is on our commit. */
export async function deleteTags(repo: Repo, tags: readonly NewTag[]): Promise<void> {
  if (tags.length >= MANY && (await deletedTogether(repo, tags))) return;
  for (const { tag, commit } of tags) {
    const peeled = await repo.undo(["rev-parse", "--verify", "--quiet", `refs/tags/${tag}^{commit}`]);
    if (peeled.stdout.trim() === commit) await repo.undo(["tag", "-d", tag]);
  }
}
