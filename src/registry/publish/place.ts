import { AgentopsError } from "../../core/errors.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/** Where reviews are fetched to: a merge that a forge made up for one, which nobody will have afterwards. */
const REVIEW = /(?:^|\/)(?:pull|pr|merge-requests|mr|changes)\/\d+(?:\/|$)/;

/**
 * Throws GIT_REFUSED where HEAD is detached and its commit is on no branch and no tag of others: so it is in the checkout of a pull request,
 * whose merge is made up and goes away.
 */
export async function refuseNowhere(repo: Repo, head: string, env: NodeJS.ProcessEnv): Promise<void> {
  const remotes = new Set((await must(repo.git, ["remote"])).split("\n"));
  const branches = await refs(repo, ["--contains", head, "refs/heads", "refs/remotes"]);
  const isBranch = (ref: string) =>
    ref.startsWith("refs/heads/") ||
    ([...remotes].some((r) => r !== "" && ref.startsWith(`refs/remotes/${r}/`)) && !REVIEW.test(ref));
  if (branches.some(isBranch)) return;
  const tags = await refs(repo, ["--points-at", head, "refs/tags"]);
  if (tags.some((ref) => !/^refs\/tags\/(?:prompts|agents)\//.test(ref))) return;
  const github = /^refs\/pull\/(\d+)\/merge$/.exec(env["GITHUB_REF"] ?? "");
  const [what, hint] =
    github === null
      ? [
          "HEAD is detached, and its commit is on no branch",
          "git switch BRANCH (or git switch -c NEW), then publish again",
        ]
      : [
          `this is the merge that GitHub made up for pull request ${github[1]}, which is on no branch`,
          "publish on the default branch after the merge, or git switch the pull request's own branch",
        ];
  throw new AgentopsError("GIT_REFUSED", what, { hint });
}

async function refs(repo: Repo, args: string[]): Promise<string[]> {
  return (await must(repo.git, ["for-each-ref", "--format=%(refname)", ...args]))
    .split("\n")
    .filter((ref) => ref !== "");
}

/** Commits below a tag that no branch of the remote has, as far as it was fetched: pushing the tag brings them along. */
export interface Along {
  remote: string;
  commits: number;
  /** The newest of them, as `1a2b3c4 subject`. */
  newest: string[];
}

const MOST_NAMED = 3;

/** Null where there are none but the commit that publish made itself. */
export async function goesAlong(repo: Repo, remote: string, from: string | null): Promise<Along | null> {
  if (from === null) return null;
  const args = [
    "log",
    "--no-show-signature",
    "--no-color",
    "--format=%h %s",
    from,
    "--not",
    `--remotes=${remote}`,
    "--",
  ];
  const said = await must(repo.git, args);
  const commits = said.split("\n").filter((line) => line !== "");
  return commits.length === 0 ? null : { remote, commits: commits.length, newest: commits.slice(0, MOST_NAMED) };
}
