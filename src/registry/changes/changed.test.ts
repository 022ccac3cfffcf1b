import { copyFile, mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentText, CONFIG, gitIn, gitProject, projectIn, promptText, removeFolders, tempFolder, type TempProject } from "../temp-project.testing.ts"; // prettier-ignore
import { changedArtifacts } from "./changed.ts";

afterAll(removeFolders);

const P = "prompts/p.prompt.yml";
const WORSE = promptText("p", "Guess {{ticket}}.");

/** What changed since `main`, one line each. */
async function changed({ project }: Pick<TempProject, "project">, base = "main"): Promise<string[]> {
  const { artifacts } = await changedArtifacts(project, base);
  return artifacts.map((a) => [a.change, a.address, ...(a.from === null ? [] : ["from", a.from]), ...(a.gone.length === 0 ? [] : ["instead of", ...a.gone])].join(" ")); // prettier-ignore
}

describe("what git has and the worktree lacks was not deleted:", () => {
  let temp: TempProject;
  beforeAll(async () => {
    temp = await gitProject({
      [P]: promptText("p"),
      "prompts/q.prompt.yml": promptText("q"),
      "src/x": "x",
      "a/b": "",
      "evals/s.suite.yml": "",
    });
    await temp.git("switch", "-qc", "pr");
    await temp.write(P, WORSE);
    await temp.git("commit", "-qam", "worse");
  });

  const sparse = /is in git but not checked out \(sparse checkout\)/;
  const marked = (flag: string) => async () => {
    await temp.git("update-index", `--${flag}`, P);
    await rm(join(temp.root, P));
    return () => temp.git("update-index", `--no-${flag}`, P);
  };
  const cut =
    (...args: string[]) =>
    async () => {
      await temp.git("sparse-checkout", "set", ...args);
      return () => temp.git("sparse-checkout", "disable");
    };

  test.each<[string, () => Promise<() => Promise<string>>, RegExp, RegExp]>([
    ["a cone without it", cut("--cone", "src"), sparse, /^git sparse-checkout add prompts /],
    ["patterns that leave one file out", cut("--no-cone", "/*", "!/prompts/p*"), sparse, /^git sparse-checkout add /],
    ["a sparse index", cut("--cone", "--sparse-index", "src"), sparse, /^git sparse-checkout add prompts /],
    ["skip-worktree", marked("skip-worktree"), /\(git update-index --skip-worktree\)/, /--no-skip-worktree prompts\/p/],
    ["assume-unchanged", marked("assume-unchanged"), /\(git update-index --assume-unchanged\)/, /--no-assume-unch/],
  ])("%s", async (_, take, message, hint) => {
    const giveBack = await take();
    const error = await changedArtifacts(temp.project, "main").catch((e: unknown) => e);
    await giveBack();
    await temp.git("checkout", "-q", "--", ".");
    expect(error).toMatchObject({ code: "FILE_NOT_FOUND", message: expect.stringMatching(message), hint: expect.stringMatching(hint) }); // prettier-ignore
  });

  test.each(["prompts/q.prompt.yml", "prompts", "evals/s.suite.yml", "evals"])(
    "%s, gone without git's knowing",
    async (gone) => {
      await rm(join(temp.root, gone), { recursive: true });
      const error = await changed(temp).catch((e: unknown) => e);
      await temp.git("checkout", "-q", "--", ".");
      expect(error).toMatchObject({ code: "FILE_NOT_FOUND", message: expect.stringMatching(/ is in HEAD but not in the worktree/), hint: expect.stringMatching(/^git checkout HEAD -- \S+ {3}.*git rm/) }); // prettier-ignore
    },
  );

  test("a clone of which a part is checked out", async () => {
    const root = join(await tempFolder(), "clone");
    await gitIn(temp.root, "clone", "-qn", temp.root, root);
    await expect(projectIn(root)).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND" });
    await gitIn(root, "checkout", "-q", "HEAD", "--", "agentops.config.yaml", "evals");
    await expect(changed(await projectIn(root), "origin/main")).rejects.toThrow(/neither in the index nor in the work/);
  });

  test("a deletion that is staged is one; a name with the other extension is the same artifact", async () => {
    await rename(join(temp.root, "prompts/q.prompt.yml"), join(temp.root, "prompts/q.prompt.yaml"));
    expect(await changed(temp)).toEqual(["modified prompts/p"]);
    await rm(join(temp.root, "prompts/q.prompt.yaml"));
    await temp.git("rm", "-q", "prompts/q.prompt.yml");
    expect(await changed(temp)).toEqual(["modified prompts/p", "deleted prompts/q"]);
    await temp.git("reset", "-q", "--hard");
  });

  test("a file that git does not look at is looked at", async () => {
    await temp.git("update-index", "--assume-unchanged", "prompts/q.prompt.yml");
    await temp.write("prompts/q.prompt.yml", promptText("q", "Guess {{ticket}}."));
    expect(await changed(temp)).toEqual(["modified prompts/p", "modified prompts/q"]);
    await temp.git("update-index", "--no-assume-unchanged", "prompts/q.prompt.yml");
    await temp.git("checkout", "-q", "--", ".");
  });

  test("a worktree that nothing was checked out in", async () => {
    const root = join(await tempFolder(), "tree");
    await temp.git("worktree", "add", "-q", "--no-checkout", "-b", "other", root);
    await writeFile(join(root, "agentops.config.yaml"), CONFIG);
    await expect(changed(await projectIn(root))).rejects.toThrow(/nothing is checked out in this worktree/);
  });

  test("the same bytes with CRLF are no change", async () => {
    await temp.write("prompts/q.prompt.yml", promptText("q").replaceAll("\n", "\r\n"));
    expect(await changed(temp)).toEqual(["modified prompts/p"]);
    await temp.git("checkout", "-q", "--", ".");
  });
});

describe("a submodule in the place of prompts/:", () => {
  test("not checked out, or checked out: this repository's commits do not have its files", async () => {
    const inner = await tempFolder();
    await writeFile(join(inner, "p.prompt.yml"), promptText("p"));
    await gitIn(inner, "init", "-q", "-b", "main");
    await gitIn(inner, "add", "-A");
    await gitIn(inner, "commit", "-qm", "inner");
    const temp = await gitProject({});
    await temp.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "prompts");
    await temp.git("commit", "-qm", "sub");
    await expect(changed(temp)).rejects.toThrow("prompts/ is a repository of its own (a submodule)");
    await temp.git("submodule", "--quiet", "deinit", "-f", "prompts");
    await expect(changed(temp)).rejects.toMatchObject({ message: "prompts/ is a submodule that is not checked out", hint: expect.stringMatching(/^git submodule update --init prompts /) }); // prettier-ignore
  });

  test("a submodule above the project, whose folder was filled otherwise", async () => {
    const temp = await gitProject({});
    const head = await temp.git("rev-parse", "HEAD");
    await temp.git("update-index", "--add", "--cacheinfo", `160000,${head},services`);
    await temp.git("commit", "-qm", "sub");
    await temp.write("services/agentops.config.yaml", CONFIG);
    await temp.write(`services/${P}`, promptText("p"));
    const project = await projectIn(join(temp.root, "services"));
    await expect(changed(project)).rejects.toThrow("services/ is a submodule that is not checked out");
  });
});

test("no artifact on either side is nothing to compare, and says where it looked", async () => {
  const temp = await gitProject({ "evals/README": "" });
  await mkdir(join(temp.root, "prompts"));
  await expect(changed(temp)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND", message: expect.stringContaining(temp.root) }); // prettier-ignore
});

describe("a link counts for what it leads to:", () => {
  let temp: TempProject;
  beforeAll(async () => {
    temp = await gitProject({ "shared/p.prompt.yml": promptText("p") });
    await mkdir(join(temp.root, "prompts"));
    await symlink("../shared/p.prompt.yml", join(temp.root, P));
    await temp.git("add", "-A");
    await temp.git("commit", "-qm", "link");
    await temp.git("switch", "-qc", "pr");
  });

  test("its target changed, and the line is the target's", async () => {
    expect(await changed(temp)).toEqual([]);
    await temp.write("shared/p.prompt.yml", WORSE);
    const { artifacts, partlyStaged } = await changedArtifacts(temp.project, "main");
    expect(artifacts).toMatchObject([{ address: "prompts/p", change: "modified", lines: [{ file: "shared/p.prompt.yml", line: 4 }] }]); // prettier-ignore
    expect(partlyStaged).toEqual([]);
  });

  test("a chain of them, and a file in its place", async () => {
    await symlink("p.prompt.yml", join(temp.root, "shared/other"));
    await unlink(join(temp.root, P));
    await symlink("../shared/other", join(temp.root, P));
    await temp.git("add", "-A");
    await temp.git("commit", "-qm", "chain");
    expect(await changed(temp)).toEqual(["modified prompts/p"]);
    expect(await changed(temp, "HEAD")).toEqual([]);
    await unlink(join(temp.root, P));
    await copyFile(join(temp.root, "shared/p.prompt.yml"), join(temp.root, P));
    expect(await changed(temp, "HEAD")).toEqual([]);
    expect(await changed(temp)).toEqual(["modified prompts/p"]);
  });

  test.each([
    ["nowhere", "../shared/none", /p\.prompt\.yml: a link that leads nowhere: \.\.\/shared\/none/],
    ["out of the repository", "/proc/self/status", /p\.prompt\.yml leads out of the repository, to \/proc/],
  ])("one that leads %s is refused", async (_, target, message) => {
    await rm(join(temp.root, P), { force: true });
    await symlink(target, join(temp.root, P));
    await expect(changed(temp)).rejects.toThrow(message);
  });

  test("a folder of them, with a file renamed in it; a folder that leads nowhere is not empty", async () => {
    await temp.git("checkout", "-qf", "main");
    await temp.git("rm", "-rq", "prompts");
    await symlink("shared", join(temp.root, "prompts"));
    await temp.git("add", "-A");
    await temp.git("commit", "-qm", "folder");
    await temp.git("checkout", "-qB", "pr");
    await temp.git("mv", "shared/p.prompt.yml", "shared/q.prompt.yml");
    await temp.write("shared/q.prompt.yml", promptText("q", "Guess {{ticket}}."));
    expect(await changed(temp)).toEqual(["modified prompts/q from prompts/p"]);
    await rename(join(temp.root, "shared"), join(temp.root, "gone"));
    await expect(changed(temp)).rejects.toThrow("prompts: a link that leads nowhere: shared");
  });
});

describe("what was called or kept otherwise has its control:", () => {
  const files = { [`old/agentops.config.yaml`]: CONFIG, [`old/${P}`]: promptText("p"), [`old/agents/a.agent.yml`]: agentText("a", "p") }; // prettier-ignore
  let temp: TempProject;
  beforeAll(async () => {
    temp = await gitProject(files);
  });
  const branch = async () => {
    await temp.git("checkout", "-qfB", "pr", "main");
    await temp.git("clean", "-qfd");
  };

  test("a moved project, with a prompt that changed on the way", async () => {
    await branch();
    await mkdir(join(temp.root, "deep"));
    for (const setting of ["diff.relative=true", "diff.renames=false", "diff.noprefix=true", "color.ui=always"])
      await temp.git("config", ...setting.split("="));
    await temp.git("mv", "old", "deep/new");
    const moved = await projectIn(join(temp.root, "deep/new"));
    expect(await changedArtifacts(moved.project, "main")).toMatchObject({ artifacts: [], compared: 2, movedFrom: "old/", itself: false }); // prettier-ignore
    await moved.write(P, WORSE);
    const found = await changedArtifacts(moved.project, "main");
    expect(found.artifacts).toMatchObject([
      { address: "prompts/p", change: "modified", lines: [{ file: `deep/new/${P}`, line: 4 }] },
      { address: "agents/a", change: "modified" },
    ]);
    expect(await found.changedFiles([P, "agents/a.agent.yml"])).toEqual([P]);
    expect(await found.before.changed("prompts", () => true)).toEqual([P]);
  });

  test("another project of that name, while one is gone, has none", async () => {
    await branch();
    await temp.git("rm", "-rq", "old");
    const other = { name: "p", description: "Something else. ".repeat(40), model: "google/gemini-2.5-flash" };
    await temp.write(`new/${P}`, JSON.stringify({ ...other, messages: [{ role: "user", content: "Greet." }] }));
    await temp.write("new/agentops.config.yaml", "project: another\n");
    await temp.git("add", "-A");
    expect(await changed(await projectIn(join(temp.root, "new")))).toEqual([`added prompts/p instead of old/${P}`]);
  });

  test("a renamed prompt, with its agent; one that is not recognised says what is gone", async () => {
    await branch();
    const old = await projectIn(join(temp.root, "old"));
    await temp.git("mv", `old/${P}`, "old/prompts/q.prompt.yml");
    await old.write("prompts/q.prompt.yml", promptText("q", "Guess {{ticket}}."));
    await old.write("agents/a.agent.yml", agentText("a", "q"));
    expect(await changed(old)).toEqual(["modified prompts/q from prompts/p", "modified agents/a"]);
    await temp.git("rm", "-qf", "--cached", "old/prompts/q.prompt.yml");
    expect(await changed(old)).toEqual([
      "deleted prompts/p",
      `added prompts/q instead of old/${P}`,
      "modified agents/a",
    ]);
  });

  test("another extension is the same artifact, and a new one beside others is new", async () => {
    await branch();
    const old = await projectIn(join(temp.root, "old"));
    await temp.git("mv", `old/${P}`, "old/prompts/p.prompt.yaml");
    await old.write("prompts/p.prompt.yaml", WORSE);
    await old.write("prompts/r.prompt.yml", promptText("r"));
    const { artifacts } = await changedArtifacts(old.project, "main");
    expect(artifacts.map((a) => [a.change, a.address, a.gone])).toEqual([
      ["modified", "prompts/p", []],
      ["added", "prompts/r", []],
      ["modified", "agents/a", []],
    ]);
    expect(artifacts[0]?.lines).toEqual([{ file: "old/prompts/p.prompt.yaml", line: 4 }]);
  });
});

test("what was moved to where no artifact is looked for was not deleted, and git knows where it is", async () => {
  const temp = await gitProject({ [P]: promptText("p"), "prompts/q.prompt.yml": promptText("q", "Other {{ticket}}.") });
  const moved = async () => (await changedArtifacts(temp.project, "main")).artifacts.map(({ address, movedTo }) => [address, movedTo]); // prettier-ignore
  await temp.git("switch", "-qc", "pr");
  for (const to of ["prompts/team/p.prompt.yml", "prompts/p.prompt.YML", "prompts/p.yml", "agents/p.prompt.yml", "x"]) {
    await mkdir(join(temp.root, to, ".."), { recursive: true });
    await temp.git("mv", P, to);
    expect(await moved()).toEqual([["prompts/p", to]]);
    await temp.git("reset", "-q", "--hard");
  }
  for (const args of [
    ["rm", "-q", P],
    ["mv", P, "other/prompts/p.prompt.yml"],
  ]) {
    await mkdir(join(temp.root, "other/prompts"), { recursive: true });
    await temp.git(...args);
    expect(await moved()).toEqual([["prompts/p", null]]);
    await temp.git("reset", "-q", "--hard");
  }
});

test("submodules at another commit, or with edits, are named; those outside the project too", async () => {
  const inner = await gitProject({ "a.jsonl": "" });
  const temp = await gitProject({ [`bot/${P}`]: promptText("p"), "bot/agentops.config.yaml": CONFIG });
  const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root];
  for (const path of ["bot/evals", "data"]) await temp.git(...add, path);
  await temp.git("commit", "-qm", "subs");
  await temp.git("switch", "-qc", "pr");
  const bot = await projectIn(join(temp.root, "bot"));
  const others = async () => (await changedArtifacts(bot.project, "main")).otherSubmodules;
  expect(await others()).toEqual([]);
  await writeFile(join(temp.root, "data/a.jsonl"), "{}");
  expect(await others()).toEqual(["../data"]);
  await gitIn(join(temp.root, "bot/evals"), "commit", "-q", "--allow-empty", "-m", "Another");
  await temp.git("add", "bot/evals");
  expect(await others()).toEqual(["evals", "../data"]);
});

test("a file that is staged in part is told: the worktree is what is judged", async () => {
  const temp = await gitProject({ [P]: promptText("p") });
  await temp.write(P, WORSE);
  expect((await changedArtifacts(temp.project, "HEAD")).partlyStaged).toEqual([]);
  await temp.git("add", P);
  expect((await changedArtifacts(temp.project, "HEAD")).partlyStaged).toEqual([]);
  await temp.write(P, promptText("p", "Better {{ticket}}."));
  expect((await changedArtifacts(temp.project, "HEAD")).partlyStaged).toEqual([P]);
});
