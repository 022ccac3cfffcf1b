import type { Stats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Repo } from "../git/repo.ts";
import type { Planned } from "./plan.ts";

/** An artifact and the files its commit may change, from the repository's top. */
export interface Owned {
  planned: Planned;
  /** What it is read from: the files, the links on the way to them, and what those lead to. */
  paths: string[];
  /** Those of its own file alone, without an agent's prompt. */
  own: string[];
  /** The same files under the other extension that is read too: gone where the file was renamed. */
  twins: string[];
  /** Why its files cannot be committed here. */
  problem: AgentopsError | null;
}

/** The files of artifacts, links followed. Asks the disk alone. */
export async function ownFiles(repo: Repo, changed: readonly Planned[]): Promise<Owned[]> {
  const disk = diskAt(repo.top);
  return Promise.all(
    changed.map(async (planned) => {
      const owned: Owned = { planned, paths: [], own: [], twins: [], problem: null };
      for (const file of planned.files) {
        const path = `${repo.prefix}${file}`;
        const { paths, problem } = await follow(disk, path);
        if (owned.paths.length === 0) owned.own = paths;
        owned.paths.push(...paths);
        owned.problem ??= problem === null ? null : elsewhere(file, problem);
        if (paths.includes(path)) owned.twins.push(twinOf(path));
      }
      return owned;
    }),
  );
}

/** `.prompt.yml` and `.prompt.yaml` name one artifact. */
export function twinOf(path: string): string {
  return path.endsWith(".yml") ? path.replace(/\.yml$/, ".yaml") : path.replace(/\.yaml$/, ".yml");
}

interface Disk {
  look: (path: string) => Promise<Stats | null>;
  link: (path: string) => Promise<string>;
}

/** Each path is looked at once, however many files are below it. */
function diskAt(top: string): Disk {
  const seen = new Map<string, Promise<Stats | null>>();
  return {
    link: (path) => readlink(join(top, path)),
    look: (path) => {
      const found = seen.get(path) ?? lstat(join(top, path)).catch(() => null);
      seen.set(path, found);
      return found;
    },
  };
}

interface Followed {
  paths: string[];
  problem: { link: string; to: string } | { repository: string } | null;
}

const MOST_LINKS = 40;

/** A path part by part, as the system goes it: every link on the way, and the file at its end. */
async function follow(disk: Disk, path: string): Promise<Followed> {
  const links: string[] = [];
  const rest = path.split("/");
  const at: string[] = [];
  let target = "";
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === "" || part === ".") continue;
    if (part === ".." && at.pop() === undefined)
      return { paths: links, problem: { link: links.at(-1) ?? "", to: target } };
    if (part === "..") continue;
    at.push(part);
    const here = at.join("/");
    const stat = await disk.look(here);
    if (stat?.isSymbolicLink() === true) {
      links.push(here);
      target = await disk.link(here);
      if (isAbsolute(target) || links.length > MOST_LINKS) return { paths: links, problem: { link: here, to: target } };
      rest.unshift(...target.split(/[/\\]/));
      at.pop();
    } else if (stat?.isDirectory() === true && (await disk.look(`${here}/.git`)) !== null)
      return { paths: links, problem: { repository: here } };
  }
  return { paths: [...links, at.join("/")], problem: null };
}

function elsewhere(file: string, problem: NonNullable<Followed["problem"]>): AgentopsError {
  if ("repository" in problem)
    return new AgentopsError(
      "CHECKOUT_INVALID",
      `${file} is in another repository, ${problem.repository} (a submodule?)`,
      {
        hint: "publish there, in a project of its own, or keep the files in this repository",
      },
    );
  const { link, to } = problem;
  const where = isAbsolute(to) ? "a path of this machine" : "outside the repository";
  return new AgentopsError(
    "CHECKOUT_INVALID",
    `${file}: ${link} is a link to ${to}, ${where}: git has nothing of what it leads to`,
    {
      hint: "link within the repository, by a relative path, or put the file itself there",
    },
  );
}
