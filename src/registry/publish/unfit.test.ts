import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { promptText, removeFolders, type TempProject } from "../temp-project.testing.ts";
import { edit, FILE, type Refusal, refused } from "./publish.testing.ts";

afterAll(removeFolders);

const REFUSED: Record<string, Refusal> = {
  "a file that is staged in part": {
    prepare: async (t) => {
      await edit(t, "Half {{ticket}}");
      await t.git("add", FILE);
      await edit(t, "Half {{ticket}}. NOT READY");
    },
    says: /prompts\/triage\.prompt\.yml is staged in part/,
    hint: /git add prompts\/triage\.prompt\.yml .* git stash -k/,
  },
  "a file that was taken out of the index and is still there": {
    prepare: async (t) => {
      await t.git("rm", "-q", "--cached", FILE);
      await edit(t, "New {{ticket}}");
    },
    says: /staged as deleted \(git rm --cached\)/,
    hint: /git add/,
  },
  "a link out of the repository": {
    prepare: async (t) => {
      await t.write("../outside.yml", promptText("out"));
      await symlinked(t, "../../outside.yml", "prompts/out.prompt.yml");
    },
    says: /prompts\/out\.prompt\.yml is a link to \.\.\/\.\.\/outside\.yml, outside the repository/,
    hint: /link within the repository/,
  },
  "a link by an absolute path": {
    prepare: async (t) => symlinked(t, join(t.root, "shared/p.yml"), "prompts/out.prompt.yml", "shared/p.yml"),
    says: /a path of this machine/,
    hint: /relative path/,
  },
  "a folder that is another repository": {
    prepare: async (t) => {
      await t.git("rm", "-rq", "-f", "--cached", "prompts");
      await t.git("commit", "-q", "-m", "moved");
      await t.git("-C", "prompts", "init", "-q");
    },
    says: /prompts\/triage\.prompt\.yml is in another repository, prompts/,
    hint: /publish there/,
  },
};

async function symlinked(temp: TempProject, target: string, path: string, file?: string): Promise<void> {
  if (file !== undefined) await temp.write(file, promptText("out"));
  await temp.git("config", "core.symlinks", "true");
  await symlink(target, join(temp.root, path));
  await temp.git("add", path);
}

describe("refused before anything is made:", () => {
  test.each(Object.entries(REFUSED))("%s", (_, refusal) => refused(refusal));
});
