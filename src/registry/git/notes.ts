import { AgentopsError } from "../../core/errors.ts";
import { pause } from "../../core/pause.ts";
import type { Project } from "../../core/project.ts";
import { refusedRefs } from "./answer.ts";
import { gitFailed, must } from "./git.ts";
import { withHooks } from "./hooks.ts";
import { refusedPush } from "./refused-push.ts";
import { findRepo, needRepo, remoteOf, type Repo } from "./repo.ts";

/** Where evidence travels with git. */
const NOTES_REF = "refs/notes/agentops";

/** The remote's notes as they were fetched last. */
const REMOTE_NOTES_REF = "refs/notes/remote/agentops";

/** As many runners may push at once: each time one of them is first. */
const TRIES = 30;
const PAUSE_MS = 50;

/** Appends one line to the note of a commit; false when the note has that very line already. Throws GIT_FAILED. */
export async function appendNote(project: Project, commit: string, line: string): Promise<boolean> {
  const { git } = await needRepo(project);
  if ((await readNote(project, commit)).includes(line)) return false;
  // Through stdin: a command line has a length limit that a document may pass.
  await must(git, ["notes", `--ref=${NOTES_REF}`, "append", "--file=-", commit], { input: `${line}\n` });
  return true;
}

/** The lines of a commit's note, empty ones too, which git puts between what was added; none without a note, a repository or git. */
export async function readNote(project: Project, commit: string): Promise<string[]> {
  const repo = await findRepo(project);
  if (repo === null) return [];
  const found = await repo.git(["notes", `--ref=${NOTES_REF}`, "show", commit]);
  // git-notes(1) has one exit code for "no note" and git's own for what it cannot read.
  if (found.exitCode > 1 || found.exitCode < 0)
    throw gitFailed(found, `cannot read the note of ${commit.slice(0, 12)}`);
  if (found.exitCode !== 0) return [];
  return found.stdout.split("\n");
}

/**
 * Gives this clone's notes to the remote, whose name is returned: its own are merged in first, line by line, and whoever is overtaken does it again.
 * Throws USAGE without a remote, GIT_FAILED, CONCURRENT_CHANGE when others were first each time. The notes stay here then.
 */
export async function pushNotes(project: Project): Promise<string> {
  const repo = await needRepo(project);
  const remote = await remoteOf(repo);
  if (remote === null) {
    throw new AgentopsError("USAGE", "there is no remote to push the note to; it is in this clone", {
      hint: "git remote add origin URL",
    });
  }
  for (let tries = 1; tries <= TRIES; tries++) {
    await mergeRemoteNotes(repo, remote);
    if (await pushed(repo, remote)) return remote;
    await pause(PAUSE_MS * tries);
  }
  throw new AgentopsError("CONCURRENT_CHANGE", `others pushed notes to ${remote} at the same moment, ${TRIES} times`, {
    hint: "run the command again; the note is in this clone",
  });
}

async function mergeRemoteNotes({ git }: Repo, remote: string): Promise<void> {
  // A pattern is no error where the remote has no notes yet, and everything else still is one.
  const refspec = `+${NOTES_REF}*:${REMOTE_NOTES_REF}*`;
  const fetched = await git(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", remote, refspec]);
  if (fetched.exitCode !== 0) {
    throw gitFailed(fetched, `cannot fetch the notes of ${remote}`, "check the remote; the note is in this clone");
  }
  // One line is one document, so both sides' lines together are the merged note.
  await must(git, ["notes", `--ref=${NOTES_REF}`, "merge", "--quiet", "--strategy=cat_sort_uniq", REMOTE_NOTES_REF]);
}

/** False when somebody else pushed since they were fetched. */
async function pushed(repo: Repo, remote: string): Promise<boolean> {
  const result = await repo.git(["push", "--porcelain", "--no-follow-tags", remote, `${NOTES_REF}:${NOTES_REF}`]);
  if (result.exitCode === 0) return true;
  const refused = refusedRefs(result.stdout);
  if (refused.some(({ reason }) => OVERTAKEN.test(reason))) return false;
  if (refused.length > 0) throw refusedPush({ remote, what: "the notes", ...NOTES }, refused, result);
  throw gitFailed(await withHooks(repo, result, ["pre-push"]), `cannot push the notes to ${remote}`, "may this user push refs/notes/agentops? The note is in this clone"); // prettier-ignore
}

const NOTES = {
  rule: "decides who pushes refs/notes/agentops",
  then: "then run the command again; the note is in this clone",
};

/** Of the reason alone: what a hook prints is anybody's words. */
const OVERTAKEN = /^(?:fetch first|non-fast-forward|stale info|.*cannot lock ref.*|failed to update ref|incorrect old value.*|reference already exists)$/; // prettier-ignore
