import { AgentopsError } from "../../core/errors.ts";
import { wayOfName } from "../git/answer-kinds.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

const TAGS = "refs/tags/";

/** Throws GIT_REFUSED where a tag here bears the name of a folder that versions need: git has `prompts/p` or `prompts/p/v1`, never both. */
export async function refuseBlocked(repo: Repo, artifacts: readonly { address: string }[]): Promise<void> {
  const folders = [...new Set(artifacts.flatMap(({ address }) => foldersOf(`${address}/`)))];
  const said = await must(repo.git, ["cat-file", "--batch-check"], { input: `${folders.join("\n")}\n` });
  const lines = said.split("\n");
  const ref = folders.find((_, i) => !/ missing$/.test(lines[i] ?? " missing"));
  const blocked = artifacts.find(({ address }) => ref !== undefined && `${TAGS}${address}/`.startsWith(`${ref}/`));
  if (ref !== undefined && blocked !== undefined) throw inTheWay(ref, `${blocked.address}/v…`);
}

/** The first of these refs that keeps one of these tags from being made: it is a folder of its name, or has its name as a folder. */
export function blockedBy(refs: Iterable<string>, tags: readonly string[]): { ref: string; tag: string } | undefined {
  const folders = new Map(tags.flatMap((tag) => foldersOf(tag).map((folder) => [folder, tag])));
  const names = new Map(tags.map((tag) => [`${TAGS}${tag}`, tag]));
  for (const ref of refs) {
    const below = foldersOf(ref.slice(TAGS.length)).find((folder) => names.has(folder));
    const tag = folders.get(ref) ?? (below === undefined ? undefined : names.get(below));
    if (tag !== undefined) return { ref, tag };
  }
  return undefined;
}

export function inTheWay(ref: string, tag: string, remote?: string): AgentopsError {
  const name = ref.slice(TAGS.length);
  const where = remote === undefined ? "" : ` on ${remote}`;
  return new AgentopsError(
    "GIT_REFUSED",
    `the tag ${name}${where} (${ref}) is in the way of ${tag}: git has one or the other`,
    { hint: wayOfName("tag", name, remote) },
  );
}

/** `refs/tags/prompts` and `refs/tags/prompts/p`, of `prompts/p/v1`. */
export function foldersOf(tag: string): string[] {
  const parts = tag.split("/").slice(0, -1);
  return parts.map((_, i) => `${TAGS}${parts.slice(0, i + 1).join("/")}`);
}
