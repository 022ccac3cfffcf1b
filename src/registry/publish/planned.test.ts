import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gitProject, plainProject, promptText, removeFolders, type TempProject } from "../temp-project.testing.ts";
import { publish } from "./publish.ts";
import { edit, failure, FILE, hook, type Refusal, refused, state, TRIAGE, WITH_AGENT } from "./publish.testing.ts";

afterAll(removeFolders);

const ADD_ALL = ["git add -A"];
const REWRITE = [`sed -i s/New/Other/ ${FILE} && git add ${FILE}`];

const attributes = async (temp: TempProject, text: string) => {
  await temp.write(".gitattributes", text);
  await temp.git("add", ".gitattributes");
  await temp.git("commit", "-q", "-m", "attributes");
};
const lower = async (temp: TempProject) => {
  await temp.git("config", "filter.lower.clean", "tr A-Z a-z");
  await temp.git("config", "filter.lower.smudge", "cat");
};

const REFUSED: Record<string, Refusal> = {
  "a hook that adds everything": {
    prepare: async (t) => {
      await hook(t, "pre-commit", ...ADD_ALL);
      await t.write(".env", "API_KEY=sk-secret");
      await edit(t, "New {{ticket}}");
    },
    says: /\.env: added by a hook \(pre-commit\); nothing is tagged, and the commit is undone/,
    hint: /git diff --cached --name-only/,
  },
  "the same from core.hooksPath, with the artifact untracked and others staged": {
    prepare: async (t) => {
      await hook(t, "pre-commit", ...ADD_ALL);
      await t.git("config", "core.hooksPath", ".git/hooks");
      await t.git("rm", "-q", "--cached", FILE);
      await t.git("commit", "-q", "--no-verify", "-m", "forgotten");
      await t.write("a.txt", "");
      await t.git("add", "a.txt");
      await t.write(".env", "API_KEY=sk-secret");
    },
    says: /\.env, a\.txt: added by a hook/,
    hint: /commit the artifact's files yourself/,
  },
  "a post-commit hook that amends a file into it": {
    prepare: async (t) => {
      await hook(
        t,
        "post-commit",
        "[ -e .git/once ] && exit; touch .git/once; echo x > log.txt; git add log.txt; git commit -q --amend --no-edit; git rm -q --cached log.txt",
      );
      await edit(t, "New {{ticket}}");
    },
    says: /log\.txt: added by a hook \(post-commit\)/,
    hint: /publish again/,
    rewrites: true,
  },
  "the same, with the file renamed and the other one of git only heard of": {
    prepare: async (t) => {
      await hook(t, "pre-commit", ...ADD_ALL);
      await t.git("mv", FILE, "prompts/triage.prompt.yaml");
      await t.write("prompts/triage.prompt.yaml", promptText("triage", "New {{ticket}}"));
      await t.write("prompts/more.prompt.yml", promptText("more"));
      await t.git("add", "-N", "prompts/more.prompt.yml");
      await t.write(".env", "API_KEY=sk-secret");
    },
    says: /\.env: added by a hook/,
    hint: /publish again/,
  },
  "a hook that writes another text": {
    prepare: async (t) => {
      await hook(t, "pre-commit", ...REWRITE);
      await edit(t, "New {{ticket}}");
    },
    says: /prompts\/triage was rewritten by a hook \(pre-commit\) while it was committed; nothing is tagged/,
    hint: /look at the file, and publish again/,
    rewrites: true,
  },
  "a hook that takes the change out": {
    prepare: async (t) => {
      await hook(t, "pre-commit", `git reset -q -- ${FILE}`);
      await edit(t, "New {{ticket}}");
    },
    says: /a hook \(pre-commit\) left prompts\/triage\.prompt\.yml out of the commit/,
    hint: /check the hook/,
  },
  "a hook that deletes the file": {
    prepare: async (t) => {
      await hook(t, "pre-commit", `git rm -q --cached ${FILE}`);
      await edit(t, "New {{ticket}}");
    },
    says: /left prompts\/triage\.prompt\.yml out of the commit/,
    hint: /check the hook/,
  },
  "skip-worktree": {
    prepare: async (t) => {
      await t.git("update-index", "--skip-worktree", FILE);
      await edit(t, "New {{ticket}}");
    },
    says: /prompts\/triage\.prompt\.yml is marked skip-worktree.*; nothing is tagged$/,
    hint: /^git update-index --no-skip-worktree prompts\/triage\.prompt\.yml/,
  },
  "skip-worktree, of what is staged": {
    prepare: async (t) => {
      await edit(t, "New {{ticket}}");
      await t.git("add", "-A");
      await t.git("update-index", "--skip-worktree", FILE);
    },
    says: /^nothing was committed: prompts\/triage\.prompt\.yml is marked skip-worktree/,
    hint: /--no-skip-worktree/,
  },
  "assume-unchanged, in an agent's prompt, while the agent is committed": {
    prepare: async (t) => {
      await t.git("update-index", "--assume-unchanged", FILE);
      await edit(t, "New {{ticket}}");
      await t.write(
        "agents/desk.agent.yml",
        "name: desk\nowner: { team: it }\nprompt: triage\nmodel: openai/gpt-4.1-2025-04-14\n",
      );
    },
    says: /marked assume-unchanged.*and the commit is undone/,
    hint: /--no-assume-unchanged/,
  },
  "a clean filter, set by a macro": {
    prepare: async (t) => {
      await lower(t);
      await attributes(t, "[attr]prose filter=lower\n*.yml prose\n");
      await edit(t, "NEW {{ticket}}");
    },
    says: /stores prompts\/triage\.prompt\.yml through filter=lower.*another meaning.*undone/,
    hint: /-filter" >> \.gitattributes/,
  },
  "a clean filter that leaves nothing to commit": {
    prepare: async (t) => {
      await lower(t);
      await attributes(t, "*.yml filter=lower\n");
      await edit(t, "route {{ticket}}.");
      await t.git("commit", "-q", "-a", "-m", "lower");
      await edit(t, "ROUTE {{ticket}}.");
    },
    says: /through filter=lower .*; nothing is tagged$/,
    hint: /renormalize/,
  },
  "an encoding that the file does not have": {
    prepare: async (t) => {
      await attributes(t, "*.yml working-tree-encoding=ISO-8859-1\n");
      await edit(t, "Schön {{ticket}}");
    },
    says: /through working-tree-encoding=ISO-8859-1/,
    hint: /-working-tree-encoding/,
  },
  "a name that git has in another case": {
    prepare: async (t) => {
      await t.git("mv", FILE, "prompts/Triage.prompt.yml");
      await t.git("commit", "-q", "-m", "case");
      await t.git("config", "core.ignorecase", "true");
      await edit(t, "New {{ticket}}");
      await rm(join(t.root, "prompts/Triage.prompt.yml"));
      await rm(join(t.root, "agents"), { recursive: true });
    },
    says: /git knows prompts\/triage\.prompt\.yml as prompts\/Triage\.prompt\.yml; nothing is tagged/,
    hint: /^git rm --cached prompts\/Triage\.prompt\.yml && git add prompts\/triage/,
  },
  ident: {
    prepare: async (t) => {
      await attributes(t, "*.yml ident\n");
      await edit(t, "$Id: 1234$ {{ticket}}");
    },
    says: /through ident/,
    hint: /-ident/,
  },
  "one good artifact and one that is not": {
    prepare: async (t) => {
      await t.git("update-index", "--skip-worktree", FILE);
      await edit(t, "New {{ticket}}");
      await t.write("prompts/good.prompt.yml", promptText("good"));
      await t.git("add", "prompts/good.prompt.yml");
    },
    says: /triage\.prompt\.yml is marked skip-worktree.*undone/,
    hint: /--no-skip-worktree/,
  },
};

describe("nothing is tagged, and all is as it was, after", () => {
  test.each(Object.entries(REFUSED))("%s", (_, refusal) => refused(refusal));
});

test("the first commit of a repository is undone too", async () => {
  const temp = await plainProject(TRIAGE);
  await temp.git("init", "-q", "-b", "main");
  await hook(temp, "pre-commit", ...ADD_ALL);
  await temp.write("staged.txt", "");
  await temp.git("add", "staged.txt");
  const before = await temp.git("status", "--porcelain");
  expect((await failure(publish(temp.project, {}))).message).toMatch(
    /agentops\.config\.yaml, staged\.txt: added by a hook/,
  );
  expect(await temp.git("status", "--porcelain")).toBe(before);
  expect(await temp.git("for-each-ref")).toBe("");
});

test("a commit that somebody went on from stays, and is not tagged", async () => {
  const temp = await gitProject(WITH_AGENT);
  const more = "echo x > log.txt; git add log.txt; git commit -q -m log";
  await hook(temp, "pre-commit", ...ADD_ALL);
  await hook(temp, "post-commit", `[ -e .git/once ] && exit; touch .git/once; ${more}`);
  await temp.write(".env", "API_KEY=sk-secret");
  await edit(temp, "New {{ticket}}");
  const head = await temp.git("rev-parse", "HEAD");
  const error = await failure(publish(temp.project, {}));
  expect(error.message).toContain(`stays, because the branch went on from it: git reset --soft ${head.slice(0, 12)}`);
  expect(await temp.git("tag")).toBe("");
});

test("committed by hand, what a filter or a mark makes old is not tagged, and nothing is undone", async () => {
  const temp = await gitProject(TRIAGE);
  await edit(temp, "New {{ticket}}");
  await temp.git("commit", "-q", "-a", "-m", "new");
  await temp.git("update-index", "--skip-worktree", FILE);
  await edit(temp, "Newer {{ticket}}");
  const before = await state(temp);
  for (let time = 0; time < 2; time++) await failure(publish(temp.project, {}));
  expect(await state(temp)).toEqual(before);
  await temp.git("update-index", "--no-skip-worktree", FILE);
  expect((await publish(temp.project, {})).published).toMatchObject([{ version: "v1" }]);
});
