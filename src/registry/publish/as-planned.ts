import { AgentopsError, isStop } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { Repo } from "../git/repo.ts";
import { commitFiles } from "./commit.ts";
import { dropJournal, journalOf, keepJournal, refuseLeftBehind } from "./journal.ts";
import { findMade, type Made, undoMade } from "./made.ts";
import type { Owned } from "./own-files.ts";
import { refuseNowhere } from "./place.ts";
import { compareWithPlan, otherInIndex, settleIndex } from "./proof.ts";
import { whyNothing, whyOther } from "./reasons.ts";
import type { FileStatus, Status } from "./status.ts";

interface Committing {
  meant: readonly Owned[];
  status: Status;
  message: string;
  sign: boolean | undefined;
}

/**
 * The commit that holds these artifacts as they were planned, made where HEAD has not got them: nothing but their files in it, their content
 * with the digests of the plan, and the index as the commit for those files. Else the commit is undone. Throws CHECKOUT_INVALID with what
 * came between (a hook, an attribute, a mark in the index), GIT_FAILED where git refuses the commit or HEAD is on no branch.
 */
export async function commitAsPlanned(project: Project, repo: Repo, committing: Committing): Promise<string> {
  const { meant, status, message, sign } = committing;
  const paths = new Set(meant.flatMap((owned) => owned.paths));
  const twins = new Set(meant.flatMap((owned) => owned.twins));
  const journal = await journalOf(repo);
  await refuseLeftBehind(repo, journal);
  const files = status.files.filter((file) => paths.has(file.path) || (twins.has(file.path) && isGone(file)));
  if (files.length === 0) return headAsPlanned(project, repo, committing);
  if (status.branch === null)
    throw new AgentopsError("GIT_REFUSED", "HEAD is detached: the commit would be on no branch", {
      hint: "git switch BRANCH (or git switch -c NEW), then publish again",
    });
  const own = new Set([...paths, ...twins]);
  await keepJournal(journal, { head: status.head, own: [...own] });
  await commitFiles(repo, files, { message, sign }).catch(async (error: unknown) => {
    // One that was asked to stop may have made it all the same.
    if (!isStop(error)) await dropJournal(journal);
    const isNothing = error instanceof AgentopsError && error.code === "CONCURRENT_CHANGE";
    throw (isNothing ? await whyNothing(repo, meant) : null) ?? error;
  });
  const made = await findMade(repo, status.head, own);
  if (made === null) await dropJournal(journal);
  if (made === null)
    throw new AgentopsError("CHECKOUT_INVALID", "the commit is gone again: a hook moved the branch back");
  try {
    const [specs] = await Promise.all([otherInIndex(repo, made), prove(repo, made, meant)]);
    await settleIndex(repo, made.commit, specs);
  } catch (error) {
    const gone = files.filter(({ path }) => twins.has(path)).map(({ path }) => path);
    const undone = await undoMade(repo, made, { paths: [...paths, ...gone], status: files });
    // What stays must not be tagged by the next one.
    if (undone) await dropJournal(journal);
    throw withEnd(error, undone ? "nothing is tagged, and the commit is undone" : stays(made));
  }
  await dropJournal(journal);
  return made.commit;
}

async function headAsPlanned(project: Project, repo: Repo, { meant, status }: Committing): Promise<string> {
  const { head, branch } = status;
  if (head === null) throw new AgentopsError("GIT_REFUSED", "this branch has no commit yet", { hint: "git commit" });
  if (branch === null) await refuseNowhere(repo, head, project.env);
  try {
    await prove(repo, { commit: head, parent: null, changes: null, isHead: true }, meant);
  } catch (error) {
    throw withEnd(error, "nothing is tagged");
  }
  return head;
}

async function prove(repo: Repo, made: Made, meant: readonly Owned[]): Promise<void> {
  const found = await compareWithPlan(repo, made, meant);
  if (found.foreign.length > 0 || found.drifts.length > 0) throw await whyOther(repo, made, found);
}

function isGone({ index, disk }: FileStatus): boolean {
  return index === "D" || disk === "D";
}

function stays({ commit, parent }: Made): string {
  const back = parent === null ? "" : `: git reset --soft ${parent.slice(0, 12)} takes it back`;
  return `nothing is tagged, and commit ${commit.slice(0, 12)} stays, because the branch went on from it${back}`;
}

function withEnd(error: unknown, end: string): unknown {
  if (!(error instanceof AgentopsError)) return error;
  const { code, message, hint, details, cause } = error;
  return new AgentopsError(code, `${message}; ${end}`, { hint, details, cause });
}
