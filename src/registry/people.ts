import { type Mailmap, mappedName, parseMailmap } from "../core/mailmap.ts";
import type { Project } from "../core/project.ts";
import { readCommitted } from "./git/committed.ts";
import { openGit } from "./git/git.ts";
import { findRepo } from "./git/repo.ts";

/** Nobody is kept from a rollback by a git that hangs. */
const ANSWER_MS = 2000;
const URGENT_MS = 300;

type Place = Pick<Project, "root" | "env" | "signal">;

/** The project's `.mailmap` as its default branch has it; empty without one, without a repository and without git. */
export async function mailmapOf(project: Place): Promise<Mailmap> {
  const repo = await findRepo(project).catch(() => null);
  return repo === null ? [] : parseMailmap((await readCommitted(repo, ".mailmap")).text ?? "");
}

/**
 * Who git says tags and commits here, as `Name <mail>` through the `.mailmap`; null where git was not told: what it would guess from the login
 * and the host is nobody's name.
 * @param urgent somebody waits: a short time for git to answer, and not through the `.mailmap`
 */
export async function gitPerson(project: Place, { urgent = false } = {}): Promise<string | null> {
  const options = { config: ["user.useConfigOnly=true"], waitMs: urgent ? URGENT_MS : ANSWER_MS };
  const said = await openGit(project.root, project.env, project.signal)(["var", "GIT_COMMITTER_IDENT"], options);
  if (said.exitCode !== 0) return null;
  const person = said.stdout.replace(/>.*$/s, ">").trim();
  return urgent ? person : mappedName(person, await mailmapOf(project));
}
