import type { Repo } from "../git/repo.ts";
import { unclearMoves } from "./moves.ts";
import type { Move } from "./pairs.ts";
import { byAddress, type VersionTag } from "./versions.ts";

/** So many are named. */
const MOST_NAMED = 3;

/** Of artifacts whose versions all belong to other projects of the repository: whose they are, by `prompts/NAME`. */
export async function whoseTheyAre(repo: Repo, foreign: readonly VersionTag[]): Promise<Map<string, string>> {
  if (foreign.length === 0) return new Map();
  const moves = await unclearMoves(repo, foreign);
  return new Map(
    [...byAddress(foreign)].map(([address, tags]) => {
      const paths = [...new Set(tags.map(({ path }) => path ?? ""))];
      const more = paths.length > MOST_NAMED ? [`others of ${paths.length - MOST_NAMED} more places`] : [];
      const said = paths.slice(0, MOST_NAMED).map((path) => ofPath(address, path, tags));
      const unclear = moves.find(({ from }) => from.some((path) => paths.includes(path)));
      return [address, [[...said, ...more].join(", "), ...(unclear ? [maybe(unclear)] : [])].join("; ")];
    }),
  );
}

function ofPath(address: string, path: string, tags: readonly VersionTag[]): string {
  const versions = tags.filter((tag) => tag.path === path).map(({ version }) => version).reverse(); // prettier-ignore
  const shown = versions.length > MOST_NAMED ? `${versions[0] ?? ""} to ${versions.at(-1) ?? ""}` : versions.join(", ");
  return `${address}/${shown} ${versions.length === 1 ? "is" : "are"} of ${path}`;
}

function maybe({ from, commit }: Move): string {
  const shown = from.toSorted().slice(0, MOST_NAMED).join(", ");
  const at = commit.slice(0, 10);
  return from.length > 1
    ? `which of ${shown} was moved here in ${at} cannot be told, since they have one text`
    : `whether ${shown} was moved here in ${at} cannot be told, since that added other files of the same text`;
}
