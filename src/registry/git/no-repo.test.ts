import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exitCodeOf } from "../../core/errors.ts";
import { listArtifacts } from "../versions/list.ts";
import { logVersions } from "../versions/log.ts";
import { gitIn, gitProject, plainProject, projectIn, promptText, removeFolders, tempFolder, type TempProject, testEnv } from "../temp-project.testing.ts"; // prettier-ignore
import { openGit } from "./git.ts";

afterAll(removeFolders);

const FILES = { "prompts/p.prompt.yml": promptText("p") };
const plain = () => plainProject(FILES);

interface Case {
  open: () => Promise<TempProject>;
  says: RegExp;
  hint: RegExp;
  /** Also where the worktree alone is read: there is a repository, or somebody thinks so. */
  noted: boolean;
}

const CASES: Record<string, Case> = {
  "no repository": { open: plain, says: /^versions live in git, and .* is not in a git repository$/, hint: /^git init$/, noted: false }, // prettier-ignore
  "one that variables alone know": {
    open: async () => {
      const temp = await plain();
      temp.project.env = { ...testEnv, GIT_DIR: "/srv/bot.git" };
      return temp;
    },
    says: /not in a git repository \(GIT_DIR is not used: /,
    hint: /gitdir: \/srv\/bot\.git/,
    noted: true,
  },
  "a linked worktree whose repository is elsewhere": {
    open: async () => {
      const main = await gitProject(FILES);
      const folder = join(await tempFolder(), "b");
      await main.git("worktree", "add", "-q", folder, "-b", "side");
      await rename(main.root, `${main.root}-gone`);
      return projectIn(folder);
    },
    says: /\/b\/\.git points to .*\.git\/worktrees\/b, which is not there$/,
    hint: /^mount the repository too/,
    noted: true,
  },
  "a submodule without its superproject": {
    open: async () => {
      const temp = await plain();
      await temp.write(".git", "gitdir: ../.git/modules/bot\n");
      return temp;
    },
    says: /\.git points to .*modules\/bot, which is not there$/,
    hint: /^mount the superproject too/,
    noted: true,
  },
  "one that borrows its objects from a folder that is gone": {
    open: async () => {
      const main = await gitProject(FILES);
      const folder = await tempFolder();
      await gitIn(folder, "clone", "-q", "--mirror", main.root, "mirror.git");
      await gitIn(folder, "clone", "-q", "--reference", "mirror.git", `file://${main.root}`, "clone");
      await rm(join(folder, "mirror.git"), { recursive: true });
      return projectIn(join(folder, "clone"));
    },
    says: /objects\/info\/alternates names .*mirror\.git\/objects, which is not there: this clone borrows/,
    hint: /^bring that folder back/,
    noted: true,
  },
  "variables that count settings and name none": {
    open: async () => {
      const temp = await gitProject(FILES);
      temp.project.env = { ...testEnv, GIT_CONFIG_COUNT: "99" };
      return temp;
    },
    says: /missing config key GIT_CONFIG_KEY_/,
    hint: /^GIT_CONFIG_COUNT counts pairs/,
    noted: true,
  },
  "a git that knows no such question": {
    open: async () => {
      const temp = await gitProject(FILES);
      const old =
        'case "$*" in --version) echo git version 1.8.3.1; exit ;; esac; echo "Unknown option: $1" >&2; exit 129';
      const bin = join(await tempFolder(), "git");
      await writeFile(bin, `#!/bin/sh\n${old}\n`, { mode: 0o755 });
      temp.project.env = { ...testEnv, PATH: `${dirname(bin)}:${testEnv["PATH"] ?? ""}` };
      return temp;
    },
    says: /^this git does not know what it is asked \(git version 1\.8\.3\.1\): Unknown option: /,
    hint: /2\.25/,
    noted: true,
  },
  "a .git file of something else": {
    open: async () => {
      const temp = await plain();
      await temp.write(".git", "hello\n");
      return temp;
    },
    says: /invalid gitfile format/,
    hint: /gitdir: PATH/,
    noted: true,
  },
  "an empty .git": {
    open: async () => {
      const temp = await plain();
      await mkdir(join(temp.root, ".git"));
      return temp;
    },
    says: /\.git is none \(it has no HEAD, or no objects\)$/,
    hint: /clone again/,
    noted: true,
  },
  "one without its HEAD": {
    open: async () => {
      const temp = await gitProject(FILES);
      await rm(join(temp.root, ".git/HEAD"));
      return temp;
    },
    says: /\.git is none/,
    hint: /^restore it/,
    noted: true,
  },
  "a bare one around the project": {
    open: async () => {
      const temp = await plainProject(FILES, "x.git/bot");
      await gitIn(join(temp.root, ".."), "init", "-q", "--bare", ".");
      return temp;
    },
    says: /a bare repository, or the inside of a \.git folder, has no files of its own$/,
    hint: /in a clone/,
    noted: true,
  },
  "one whose work tree is elsewhere": {
    open: async () => {
      const temp = await gitProject(FILES);
      await temp.git("config", "core.worktree", "/nonexistent");
      return temp;
    },
    says: /has its work tree at \/nonexistent \(core\.worktree\)$/,
    hint: /--unset core\.worktree/,
    noted: true,
  },
  "one whose settings cannot be read": {
    open: async () => {
      const temp = await gitProject(FILES);
      await temp.write(".git/config", "[bad\n");
      return temp;
    },
    says: /^cannot read the git repository: bad config line 1 in file .*config$/,
    hint: /^mend that line/,
    noted: true,
  },
  "one of a newer git": {
    open: async () => {
      const temp = await gitProject(FILES);
      await temp.git("config", "core.repositoryformatversion", "9");
      return temp;
    },
    says: /Expected git repo version/,
    hint: /update git/,
    noted: true,
  },
};

describe("where versions cannot be looked up, what needs them says why, and what reads the worktree goes on", () => {
  test.each(Object.entries(CASES))("%s", async (_, { open, says, hint, noted }) => {
    const { project } = await open();
    const notes: string[] = [];
    project.warn = (line) => notes.push(line);
    const error: unknown = await logVersions(project, "p").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "GIT_REFUSED", message: expect.stringMatching(says), hint: expect.stringMatching(hint) }); // prettier-ignore
    expect(exitCodeOf(error)).toBe(2);
    expect(await listArtifacts(project)).toMatchObject([{ address: "prompts/p", version: null }]);
    await listArtifacts(project);
    expect(notes).toHaveLength(noted ? 1 : 0);
  });
});

test("git gets nothing that changes what a path, a diff or an object is, takes no lock to read, and tells its hooks who waits", async () => {
  const { root } = await gitProject();
  const dropped = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_DIFF_OPTS", "GIT_REPLACE_REF_BASE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_DEFAULT_HASH", "GIT_ATTR_SOURCE", "GIT_INTERNAL_SUPER_PREFIX"]; // prettier-ignore
  const env = { ...testEnv, ...Object.fromEntries(dropped.map((name) => [name, "1"])), GIT_SSH_COMMAND: "ssh -i k", GIT_OPTIONAL_LOCKS: "1" }; // prettier-ignore
  const { stdout } = await openGit(root, env)(["-c", "alias.environment=!env", "environment"]);
  const seen = stdout.split("\n").map((line) => line.split("=")[0]);
  // git names the repository to what it starts.
  expect(dropped.slice(2).filter((name) => seen.includes(name))).toEqual([]);
  expect(stdout).not.toMatch(/^GIT_(?:DIR|INDEX_FILE)=1$/m);
  for (const line of ["GIT_SSH_COMMAND=ssh -i k", "GIT_OPTIONAL_LOCKS=0", `AGENTOPS_WAITING=${process.pid}`])
    expect(stdout.split("\n")).toContain(line);
});

test("a list of refs that git cannot read: the artifacts are listed, and it is said", async () => {
  const temp = await gitProject(FILES);
  const said: string[] = [];
  temp.project.warn = (line) => void said.push(line);
  await temp.write(".git/packed-refs", "<<<<<<< x\n");
  expect((await listArtifacts(temp.project)).map(({ address }) => address)).toEqual(["prompts/p"]);
  expect(said).toEqual([expect.stringMatching(/^warning: versions are not known here: .*unexpected line in .*packed-refs/)]); // prettier-ignore
});

test("a stale line in objects/info/alternates that nothing needs is none of ours", async () => {
  const temp = await gitProject(FILES);
  await temp.write(".git/objects/info/alternates", "/nonexistent/objects\n");
  expect(await logVersions(temp.project, "p")).toEqual([]);
});
