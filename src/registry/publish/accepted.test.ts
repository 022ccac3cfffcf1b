import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  agentText,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
} from "../temp-project.testing.ts";
import { loadArtifact } from "../versions/load.ts";
import { publish } from "./publish.ts";
import { edit, FILE, hook, sshKey, TRIAGE, WITH_AGENT } from "./publish.testing.ts";

afterAll(removeFolders);

interface Accepted {
  prepare: (temp: TempProject) => Promise<unknown>;
  /** Tags that are made; the prompt's first. */
  tags?: string[];
  /** What `git status` says afterwards. */
  left?: string;
  /** Files of the commit, when one is made; the prompt's file when absent. */
  files?: string;
  also?: (temp: TempProject) => Promise<unknown>;
  from?: Record<string, string>;
}

const YAML = "prompts/triage.prompt.yaml";
const NEW = promptText("triage", "New {{ticket}}");
const renamed = async (t: TempProject) => {
  await t.git("mv", FILE, YAML);
  await t.write(YAML, NEW);
};
const format = `printf '# formatted\\n' >> ${FILE}`;

const ACCEPTED: Record<string, Accepted> = {
  "a hook that formats the file: the index has what was committed": {
    prepare: async (t) => {
      await hook(t, "pre-commit", `${format} && git add ${FILE}`);
      await edit(t, "New {{ticket}}");
    },
    also: async (t) => {
      expect(await t.git("show", `HEAD:${FILE}`)).toContain("# formatted");
      await t.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "the next one");
      expect(await t.git("show", `HEAD:${FILE}`)).toContain("# formatted");
    },
  },
  "a hook that formats what is committed and not the file": {
    prepare: async (t) => {
      const blob = `$( (cat ${FILE}; echo '# formatted') | git hash-object -w --stdin)`;
      await hook(t, "pre-commit", `git update-index --cacheinfo 100644,${blob},${FILE}`);
      await edit(t, "New {{ticket}}");
    },
    left: `M ${FILE}`,
  },
  "hooks that write the commit's message, before and after": {
    prepare: async (t) => {
      await hook(t, "prepare-commit-msg", "echo 'Change-Id: 1' >> $1");
      await hook(t, "post-commit", "[ -e .git/once ] && exit; touch .git/once; git commit -q --amend -m amended");
      await edit(t, "New {{ticket}}");
    },
    also: async (t) => expect(await t.git("log", "-1", "--format=%s", "prompts/triage/v1")).toMatch(/^amended/),
  },
  "a hook that commits on top: the tag is on the commit below": {
    prepare: async (t) => {
      await hook(
        t,
        "post-commit",
        "[ -e .git/once ] && exit; touch .git/once; echo x > log.txt; git add log.txt; git commit -q -m log",
      );
      await edit(t, "New {{ticket}}");
    },
    also: async (t) => expect(await t.git("rev-parse", "prompts/triage/v1^{}")).toBe(await t.git("rev-parse", "HEAD^")),
  },
  "a file that is staged whole": {
    prepare: async (t) => {
      await edit(t, "New {{ticket}}");
      await t.git("add", FILE);
    },
  },
  "a file that git only heard of (add -N)": {
    from: { "a.txt": "" },
    prepare: async (t) => {
      await edit(t, "New {{ticket}}");
      await t.git("add", "-N", FILE);
    },
  },
  ".yml that became .yaml, by git mv": { prepare: renamed, files: `${YAML}\n${FILE}` },
  ".yml that became .yaml, staged whole": {
    prepare: async (t) => {
      await renamed(t);
      await t.git("add", "-A");
    },
    files: `${YAML}\n${FILE}`,
  },
  ".yml that became .yaml, behind git's back": {
    prepare: async (t) => {
      await rename(join(t.root, FILE), join(t.root, YAML));
      await t.write(YAML, NEW);
    },
    files: `${YAML}\n${FILE}`,
  },
  ".yaml that became .yml": {
    from: { [YAML]: promptText("triage") },
    prepare: async (t) => {
      await t.git("mv", YAML, FILE);
      await t.write(FILE, NEW);
    },
    files: `${YAML}\n${FILE}`,
  },
  "an agent whose prompt became .yaml": {
    from: WITH_AGENT,
    prepare: renamed,
    tags: ["agents/desk/v1", "prompts/triage/v1"],
    files: `${YAML}\n${FILE}`,
  },
  "a prompt that is a link": {
    from: { "shared/p.yml": promptText("triage"), "a.txt": "" },
    prepare: async (t) => {
      await mkdir(join(t.root, "prompts"));
      await symlink("../shared/p.yml", join(t.root, FILE));
      await t.git("add", "-A");
      await t.git("commit", "-q", "-m", "link");
      await t.write("shared/p.yml", NEW);
    },
    files: "shared/p.yml",
  },
  "a new link to a new file": {
    from: { "a.txt": "" },
    prepare: async (t) => {
      await t.write("shared/p[1]*.yml", NEW);
      await mkdir(join(t.root, "prompts"));
      await symlink("../shared/p[1]*.yml", join(t.root, FILE));
    },
    files: `${FILE}\nshared/p[1]*.yml`,
  },
  "a folder that is a link": {
    from: { "all/prompts/triage.prompt.yml": promptText("triage") },
    prepare: async (t) => {
      await symlink("all/prompts", join(t.root, "prompts"));
      await t.git("add", "-A");
      await t.git("commit", "-q", "-m", "link");
      await t.write("all/prompts/triage.prompt.yml", NEW);
    },
    files: "all/prompts/triage.prompt.yml",
  },
  "line ends that git converts": {
    prepare: async (t) => {
      await t.git("config", "core.autocrlf", "true");
      await t.write(FILE, `\uFEFF${NEW.replaceAll("\n", "\r\n")}`);
    },
  },
  "a filter that does not change the meaning": {
    prepare: async (t) => {
      await t.git("config", "filter.plain.clean", "sed /^#/d");
      await t.write(".gitattributes", "*.yml filter=plain\n");
      await t.git("add", "-A");
      await t.git("commit", "-q", "-m", "filter");
      await t.write(FILE, `# mine\n${NEW}`);
    },
  },
  "a split index": {
    prepare: async (t) => {
      await t.git("update-index", "--split-index");
      await edit(t, "New {{ticket}}");
    },
  },
  "a sparse index": {
    from: { ...TRIAGE, "far/away.txt": "", "near/here.txt": "" },
    prepare: async (t) => {
      await t.git("sparse-checkout", "set", "--cone", "--sparse-index", "prompts");
      await edit(t, "New {{ticket}}");
    },
  },
  "commits that are signed": {
    prepare: async (t) => {
      await t.git("config", "gpg.format", "ssh");
      await t.git("config", "user.signingkey", `${await sshKey()}.pub`);
      await t.git("config", "commit.gpgsign", "true");
      await edit(t, "New {{ticket}}");
    },
    also: async (t) => expect(await t.git("cat-file", "commit", "HEAD")).toContain("SSH SIGNATURE"),
  },
};

describe("published as planned, and nothing is left to take it back", () => {
  test.each(Object.entries(ACCEPTED))("%s", async (_, { prepare, from = TRIAGE, ...expected }) => {
    const temp = await gitProject(from);
    await prepare(temp);
    const planned = await loadArtifact(temp.project, "triage");
    const { published } = await publish(temp.project, {});
    expect(published.map(({ tag }) => tag).sort()).toEqual(expected.tags ?? ["prompts/triage/v1"]);
    const commit = published[0]!.commit;
    expect(published.find(({ address }) => address === "prompts/triage")?.digest).toBe(planned.digest);
    expect(await temp.git("show", "--name-only", "--no-renames", "--format=", commit)).toBe(expected.files ?? FILE);
    expect(await temp.git("status", "--porcelain")).toBe(expected.left ?? "");
    await expected.also?.(temp);
    expect((await publish(temp.project, {})).published).toEqual([]);
  });
});

test("in a linked worktree, whose hooks are those of the repository", async () => {
  const temp = await gitProject({ ...TRIAGE, "agents/desk.agent.yml": agentText("desk", "triage") });
  const other = join(await tempFolder(), "side");
  await temp.git("worktree", "add", "-q", "-b", "side", other);
  await hook(temp, "pre-commit", "git add -A");
  const side = await projectIn(other);
  await edit(side, "New {{ticket}}");
  await side.write("mine.txt", "");
  await expect(publish(side.project, {})).rejects.toMatchObject({ code: "CHECKOUT_INVALID" });
  expect(await side.git("status", "--porcelain")).toBe(` M ${FILE}\n?? mine.txt`.trim());
  await rm(join(other, "mine.txt"));
  expect((await publish(side.project, {})).published).toHaveLength(2);
  expect(existsSync(join(dirname(other), "side", FILE))).toBe(true);
});

test("a file that was renamed with git mv and edited: nobody chose a part of it", async () => {
  const temp = await gitProject(TRIAGE);
  await temp.git("mv", FILE, "prompts/other.prompt.yml");
  await temp.write("prompts/other.prompt.yml", promptText("other", "New {{ticket}}"));
  const { published } = await publish(temp.project);
  expect(published).toMatchObject([{ address: "prompts/other", version: "v1" }]);
  expect(await temp.git("status", "--short")).toBe(`D  ${FILE}`);
});
