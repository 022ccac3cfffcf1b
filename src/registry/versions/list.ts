import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import type { ArtifactKind } from "../../core/refs.ts";
import type { ArtifactFile } from "../files.ts";
import { addressOf, KINDS } from "../files.ts";
import { must } from "../git/git.ts";
import { type ArtifactContent, readArtifact } from "../read.ts";
import { repoForReading, type Repo } from "../git/repo.ts";
import { type Source, worktreeSource } from "../source.ts";
import { type VersionTag, versionsOf } from "./versions.ts";

/** One row of `agentops list`. */
export interface ListedArtifact {
  kind: ArtifactKind;
  name: string;
  /** `prompts/NAME` or `agents/NAME`. */
  address: string;
  /** The model pin in force. */
  model: string | null;
  /** An agent's team, or a prompt's owner. */
  owner: string | null;
  /** The newest version with the worktree's content; null when the worktree is ahead of all of them. */
  version: string | null;
  /** The newest version. */
  latest: string | null;
  /** `sha256:…` of the worktree; null when the file is not valid. */
  digest: string | null;
  /** Its files differ from the last commit, or are not in it. False without git. */
  dirty: boolean;
  /** Why it cannot be read; absent when it can. */
  problems?: Problem[];
}

/** The artifacts of the worktree, prompts before agents, by name. A broken file is listed with its problems. */
export async function listArtifacts(project: Project): Promise<ListedArtifact[]> {
  const source = worktreeSource(project.root);
  const repo = await repoForReading(project);
  const versions = repo ? await versionsOf(repo) : [];
  const changed = repo ? await changedFiles(repo) : new Set<string>();
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const unique = files.filter((f, i) => files.findIndex((g) => g.kind === f.kind && g.name === f.name) === i);
  const rows = await Promise.all(unique.map((file) => row(source, file, versions, changed)));
  return rows.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
}

async function row(
  source: Source,
  file: ArtifactFile,
  versions: readonly VersionTag[],
  changed: ReadonlySet<string>,
): Promise<ListedArtifact> {
  const { kind, name } = file;
  const own = versions.filter((v) => v.kind === kind && v.name === name);
  const { content, problems } = await tryRead(source, file);
  return {
    kind,
    name,
    address: addressOf(kind, name),
    model: content?.model ?? null,
    owner: (content?.agent ? content.agent.owner?.team : content?.prompt.agentops?.owner) ?? null,
    version: own.find((v) => content && v.digest === content.digest)?.version ?? null,
    latest: own[0]?.version ?? null,
    digest: content?.digest ?? null,
    dirty: (content?.files ?? [file.path]).some((path) => changed.has(path)),
    ...(problems && { problems }),
  };
}

async function tryRead(
  source: Source,
  file: ArtifactFile,
): Promise<{ content?: ArtifactContent | null; problems?: Problem[] }> {
  try {
    return { content: await readArtifact(source, file) };
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    const details = error.details?.["problems"] as Problem[] | undefined;
    return { problems: details ?? [wholeFile(file, error)] };
  }
}

function wholeFile({ path: file }: ArtifactFile, error: AgentopsError): Problem {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return { severity: "error", rule: "unreadable", file, line: 1, column: 1, message: error.message, ...hint };
}

/** Paths relative to the project root that differ from HEAD, staged or not, untracked ones included. */
async function changedFiles(repo: Repo): Promise<Set<string>> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--", ...KINDS];
  const entries = (await must(repo.git, args)).split("\0").filter((e) => e !== "");
  return new Set(entries.map((e) => e.slice(3)).map((path) => path.slice(repo.prefix.length)));
}
