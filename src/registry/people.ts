import { type Mailmap, mappedName, parseMailmap } from "../core/mailmap.ts";
import type { Project } from "../core/project.ts";
import { readCommitted } from "./git/committed.ts";
import { committerOf, openGit } from "./git/git.ts";
import { findRepo } from "./git/repo.ts";

/** Nobody is kept from a rollback by a git that hangs. */
const ANSWER_MS = 2000;

type Place = Pick<Project, "root" | "env" | "signal">;

/** The project's `.mailmap` as its default branch has it; empty without one, without a repository and without git. */
export async function mailmapOf(project: Place): Promise<Mailmap> {
  const repo = await findRepo(project).catch(() => null);
  return repo === null ? [] : parseMailmap((await readCommitted(repo, ".mailmap")).text ?? "");
}

/** Who git says tags and commits here, as `Name <mail>` through the `.mailmap`; null where git was not told. */
export async function gitPerson(project: Place): Promise<string | null> {
  const person = await committerOf(openGit(project.root, project.env, project.signal), ANSWER_MS);
  return person === null ? null : mappedName(person, await mailmapOf(project));
}
