import { newId } from "../../core/ids.ts";
import { changeRefs, type RefChange } from "../git/change-refs.ts";
import type { GitResult } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { tagRefs } from "../versions/versions.ts";

/** git compares every refspec with every ref: of more tags than this a push takes longer to begin than to make refs for one pattern. */
const MOST_BY_NAME = 20;

const ASIDE = "refs/agentops/push/";

/**
 * Pushes these tags and no others, all or none. Thousands are pushed by one pattern: for that time, refs that a pattern can tell from all other
 * tags are on the same objects.
 */
export async function pushTags(repo: Repo, remote: string, tags: readonly string[]): Promise<GitResult> {
  const atomic = tags.length > 1 ? ["--atomic"] : [];
  const push = (specs: readonly string[]) =>
    repo.git(["push", "--porcelain", "--no-follow-tags", ...atomic, remote, ...specs]);
  const byName = () => push(tags.map((tag) => `refs/tags/${tag}:refs/tags/${tag}`));
  if (tags.length <= MOST_BY_NAME) return byName();
  await dropLeft(repo);
  const objects = new Map((await tagRefs(repo)).map(({ tag, object }) => [tag, object]));
  const under = `${ASIDE}${newId()}/`;
  const refs = tags.map((tag): RefChange => ({ verb: "create", ref: under + tag, object: objects.get(tag) ?? "" }));
  try {
    const made = await changeRefs(repo.git, refs, UNSYNCED);
    return made.exitCode === 0 ? await push([`${under}*:refs/tags/*`]) : await byName();
  } finally {
    await changeRefs(repo.undo, refs.map((ref) => ({ ...ref, verb: "delete" })), UNSYNCED); // prettier-ignore
  }
}

/** What is there for seconds need not outlive a power cut; a git that does not know the setting passes over it. */
const UNSYNCED = { config: ["core.fsync=none"] };

/** Of a publish that was killed; the lock says that no other one is at work. */
async function dropLeft(repo: Repo): Promise<void> {
  const left = await repo.git(["for-each-ref", "--format=%(objectname) %(refname)", ASIDE]);
  const refs = left.stdout.split("\n").filter((line) => line !== "");
  if (refs.length === 0) return;
  const changes = refs.map((line): RefChange => {
    const at = line.indexOf(" ");
    return { verb: "delete", ref: line.slice(at + 1), object: line.slice(0, at) };
  });
  await changeRefs(repo.git, changes, UNSYNCED);
}
