import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publish } from "../publish/publish.ts";
import { agentText, CONFIG, gitIn, projectIn, promptText, removeFolders, tempFolder } from "../temp-project.testing.ts";
import { loadArtifact } from "./load.ts";
import { logVersions } from "./log.ts";

afterAll(removeFolders);

const P = "prompts/p.prompt.yml";

/** A repository with two projects that have a prompt `p` and an agent `d`: `bot` published v1 of them, then `other` v2. */
async function monorepo() {
  const root = await tempFolder();
  const git = (...args: string[]) => gitIn(root, ...args);
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  const version = async (folder: string, text: string) => {
    await put(`${folder}/${P}`, promptText("p", `${text} {{ticket}}`));
    await publish((await projectIn(join(root, folder))).project, {});
  };
  for (const folder of ["services/bot", "services/other"]) {
    await put(`${folder}/agentops.config.yaml`, CONFIG);
    await put(`${folder}/${P}`, promptText("p", `${folder} {{ticket}}`));
    await put(`${folder}/agents/d.agent.yml`, agentText("d", "p"));
  }
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-qm", "start");
  await version("services/bot", "BOT one");
  await version("services/other", "OTHER one");
  const commit = async (...args: string[]) => {
    await git("add", "-A");
    await git("commit", "-q", ...args);
  };
  const move = async (from: string, to: string) => {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await rename(join(root, from), join(root, to));
  };
  return { root, git, put, version, commit, move };
}

type Monorepo = Awaited<ReturnType<typeof monorepo>>;

const situations: Record<string, { does: (m: Monorepo) => Promise<unknown>; project?: string; own: string[] }> = {
  "another project is retired": {
    does: async ({ git, commit }) => {
      await git("rm", "-rq", "services/other");
      await commit("-m", "retire");
    },
    own: ["v1"],
  },
  "another project's folder is deleted, and that is not committed": {
    does: ({ root }) => rm(join(root, "services/other"), { recursive: true }),
    own: ["v1"],
  },
  "another project is outside of a sparse checkout": {
    does: ({ git }) => git("sparse-checkout", "set", "services/bot"),
    own: ["v1"],
  },
  "another project is not on this branch": {
    does: async ({ git }) => {
      await git("switch", "-q", "--orphan", "alone");
      await git("checkout", "main", "--", "services/bot");
      await git("commit", "-qm", "alone");
    },
    own: ["v1"],
  },
  "the project was moved": {
    does: async ({ move, commit }) => {
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "the project was moved, and that is not committed": {
    does: ({ move }) => move("services/bot", "bots/bot"),
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "the same, staged": {
    does: async ({ move, git }) => {
      await move("services/bot", "bots/bot");
      await git("add", "-A");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "a move to the place of a project that is outside of a sparse checkout's cone does not take its versions": {
    does: async ({ git, move, commit }) => {
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
      await git("sparse-checkout", "set", "bots");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "the project was moved twice, and published in between": {
    does: async ({ move, commit, version }) => {
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
      await version("bots/bot", "BOT three");
      await move("bots/bot", "apps/desk/bot");
      await commit("-m", "move again");
    },
    project: "apps/desk/bot",
    own: ["v3 as bots/bot", "v1 as services/bot"],
  },
  "the project was moved and edited in a branch, which was squashed": {
    does: async ({ git, move, put, commit }) => {
      await git("switch", "-qc", "side");
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
      await put(`bots/bot/${P}`, promptText("p", "BOT two {{ticket}}"));
      await commit("-m", "edit");
      await git("switch", "-q", "main");
      await git("merge", "-q", "--squash", "side");
      await git("commit", "-qm", "squashed");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "the project was moved in a branch, which was merged": {
    does: async ({ git, move, put, commit }) => {
      await git("switch", "-qc", "side");
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
      await git("switch", "-q", "main");
      await put("readme", "main moves on");
      await commit("-m", "meanwhile");
      await git("merge", "-q", "--no-ff", "-m", "merge", "side");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "the project was moved to the top": {
    does: async ({ root, git, commit }) => {
      for (const name of ["agentops.config.yaml", "prompts", "agents"])
        await rename(join(root, "services/bot", name), join(root, name));
      await git("rm", "-rq", "--cached", "services/bot");
      await commit("-m", "move");
    },
    project: ".",
    own: ["v1 as services/bot"],
  },
  "one project was moved in the commit that retired the other": {
    does: async ({ move, git, commit }) => {
      await move("services/bot", "bots/bot");
      await git("rm", "-rq", "services/other");
      await commit("-m", "tidy");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
  "a copy is no move, also when the original is retired later": {
    does: async ({ git, put, commit }) => {
      await put("bots/copy/agentops.config.yaml", CONFIG);
      await put(`bots/copy/${P}`, promptText("p", "BOT one {{ticket}}"));
      await commit("-m", "copy");
      await git("rm", "-rq", "services/bot");
      await commit("-m", "retire");
    },
    project: "bots/copy",
    own: [],
  },
  "another project came to the place that was left, published, and is retired": {
    does: async ({ git, move, put, commit, version }) => {
      await move("services/bot", "bots/bot");
      await commit("-m", "move");
      await put("services/bot/agentops.config.yaml", CONFIG);
      await version("services/bot", "NEW three");
      await git("rm", "-rq", "services/bot");
      await commit("-m", "retire");
    },
    project: "bots/bot",
    own: ["v1 as services/bot"],
  },
};
test.concurrent.each(Object.entries(situations))("%s", async (_, { does, project = "services/bot", own }) => {
  const repo = await monorepo();
  await does(repo);
  const here = await projectIn(join(repo.root, project));
  const log = async (name: string, file: string) =>
    (await logVersions(here.project, name)).map(
      ({ version, movedFrom }) => version + (movedFrom === null ? "" : ` as ${movedFrom.replace(file, "")}`),
    );
  expect(await log("p", `/${P}`)).toEqual(own);
  if (!project.includes("copy")) expect(await log("d", "/agents/d.agent.yml")).toEqual(own);
  if (!own.some((one) => one.startsWith("v2")))
    await expect(loadArtifact(here.project, "p@v2")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: "prompts/p/v2 is a version of another project of this repository (services/other/prompts/p.prompt.yml)",
    });
});
