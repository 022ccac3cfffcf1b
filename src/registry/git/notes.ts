import type { Project } from "../../core/project.ts";
import { gitFailed, must } from "./git.ts";
import { findRepo, needRepo } from "./repo.ts";

/** Where evidence travels with git: `git push origin refs/notes/agentops`. */
const NOTES_REF = "refs/notes/agentops";

/** Appends one line to the note of a commit; false when the note has that very line already. Throws GIT_FAILED. */
export async function appendNote(project: Project, commit: string, line: string): Promise<boolean> {
  const { git } = await needRepo(project);
  if ((await readNote(project, commit)).includes(line)) return false;
  // Through stdin: a command line has a length limit that a document may pass.
  await must(git, ["notes", `--ref=${NOTES_REF}`, "append", "--file=-", commit], { input: `${line}\n` });
  return true;
}

/** The lines of a commit's note; none without a note, a repository or git. */
export async function readNote(project: Project, commit: string): Promise<string[]> {
  const repo = await findRepo(project);
  if (repo === null) return [];
  const found = await repo.git(["notes", `--ref=${NOTES_REF}`, "show", commit]);
  // git-notes(1) has one exit code for "no note" and git's own for what it cannot read.
  if (found.exitCode > 1 || found.exitCode < 0)
    throw gitFailed(found, `cannot read the note of ${commit.slice(0, 12)}`);
  if (found.exitCode !== 0) return [];
  return found.stdout.split("\n").filter((line) => line.trim() !== "");
}
