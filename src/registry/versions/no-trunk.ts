import { remoteOf, type Repo } from "../git/repo.ts";
import type { Trunk } from "../git/trunk.ts";

/** That what is checked out stands for the default branch, where another could be meant: with a remote, or beside other branches. */
export async function noTrunkNote(repo: Repo, trunk: Trunk | null, versions: readonly unknown[]): Promise<string[]> {
  if (trunk === null || trunk.isDefault || versions.length === 0) return [];
  const remote = await remoteOf(repo);
  const what = "no default branch is known: taken from HEAD";
  if (remote !== null) return [`${what}; ${await setHead(repo, remote)}`];
  const branches = await repo.git(["for-each-ref", "--count=2", "--format=%(refname)", "refs/heads"]);
  return branches.stdout.trim().includes("\n") ? [`${what} (neither main nor master is here)`] : [];
}

/** A clone of one branch has to fetch the others before one of them can be the default. */
async function setHead(repo: Repo, remote: string): Promise<string> {
  const set = `git remote set-head ${remote} --auto`;
  const fetched = await repo.git(["config", "--get-all", `remote.${remote}.fetch`]);
  const isWhole = /refs\/heads\/\*:/.test(fetched.stdout);
  return isWhole ? set : `git remote set-branches --add ${remote} '*' && git fetch ${remote} && ${set}`;
}
