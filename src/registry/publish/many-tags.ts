import { AgentopsError } from "../../core/errors.ts";
import { changeRefs, isUnknownChange, type RefChange } from "../git/change-refs.ts";
import { gitFailed, type GitResult } from "../git/git.ts";
import { readObjects } from "../git/objects.ts";
import type { Repo } from "../git/repo.ts";
import { writeTagObjects } from "../git/write-objects.ts";
import { type NewTag, tagObject } from "./tag-text.ts";

const TAGS = "refs/tags/";

/**
 * Makes tags like one that `git tag` has just made, all or none, with two processes; false where that was not done: a tag that this would write
 * otherwise (it is signed) says that each must be made by git itself. Throws CONCURRENT_CHANGE when one exists by now, GIT_FAILED where git
 * cannot write.
 */
export async function madeAlike(repo: Repo, made: NewTag, tags: readonly NewTag[]): Promise<boolean> {
  const [object] = await readObjects(repo, [`${TAGS}${made.tag}`], { unreplaced: true });
  const bytes = Buffer.from(object?.bytes ?? "", "latin1");
  const [, tagger] = /^tagger (.*)$/m.exec(bytes.toString()) ?? [];
  if (tagger === undefined || !bytes.equals(Buffer.from(tagObject(made, tagger)))) return false;
  const first = tags[0]?.tag ?? "";
  const ids = await writeTagObjects(repo, tags.map((tag) => tagObject(tag, tagger)), `git cannot make the tag ${first}`); // prettier-ignore
  const refs = tags.map(({ tag }, i): RefChange => ({ verb: "create", ref: `${TAGS}${tag}`, object: ids[i] ?? "" }));
  try {
    const said = await changeRefs(repo.git, refs);
    if (said.exitCode === 0) return true;
    if (isUnknownChange(said)) return false;
    throw notMade(said, first);
  } catch (error) {
    // One that was asked to stop may have made them all the same.
    await changeRefs(repo.undo, refs.map((ref) => ({ ...ref, verb: "delete" }))); // prettier-ignore
    throw error;
  }
}

function notMade(said: GitResult, first: string): AgentopsError {
  const [, exists] = /'refs\/tags\/([^']+)': reference already exists/.exec(said.stderr) ?? [];
  if (exists !== undefined) return takenMeanwhile(exists);
  const [, tag = first] = /cannot lock ref 'refs\/tags\/([^']+)'/.exec(said.stderr) ?? [];
  return gitFailed(said, `git cannot make the tag ${tag}`);
}

export function takenMeanwhile(tag: string): AgentopsError {
  return new AgentopsError("CONCURRENT_CHANGE", `${tag} was published at the same moment`, {
    hint: "run the command again",
  });
}

/** Takes away tags that are on their commit still, by one transaction; false where somebody else was at work, and nothing was changed. */
export async function deletedTogether(repo: Repo, tags: readonly NewTag[]): Promise<boolean> {
  const commits = new Map(tags.map(({ tag, commit }) => [`${TAGS}${tag}`, commit]));
  const format = "--format=%(refname) %(objectname) %(*objectname)";
  const listed = await repo.undo(["for-each-ref", format, `${TAGS}prompts`, `${TAGS}agents`]);
  const changes = listed.stdout.split("\n").flatMap((line): RefChange[] => {
    const [ref = "", object = "", on] = line.split(" ");
    return on !== undefined && commits.get(ref) === on ? [{ verb: "delete", ref, object }] : [];
  });
  return listed.exitCode === 0 && (await changeRefs(repo.undo, changes)).exitCode === 0;
}
