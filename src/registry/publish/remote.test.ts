import { createServer } from "node:http";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AgentopsError, exitCodeOf } from "../../core/errors.ts";
import { needRepo } from "../git/repo.ts";
import {
  gitIn,
  gitProject,
  projectIn,
  promptText,
  removeFolders,
  twoClones,
  type TempProject,
} from "../temp-project.testing.ts";
import { publish, type PublishOptions } from "./publish.ts";
import { startsNothing } from "./remote.ts";

afterAll(removeFolders);

const FILES = { "prompts/p.prompt.yml": promptText("p"), "prompts/q.prompt.yml": promptText("q") };

async function refusal(temp: TempProject, options: PublishOptions = {}): Promise<[number, string, string]> {
  const error: unknown = await publish(temp.project, options).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(AgentopsError);
  const { message, hint = "" } = error as AgentopsError;
  return [exitCodeOf(error), message.replaceAll(temp.root, "."), hint];
}

async function hookIn(folder: string, name: string, script: string): Promise<void> {
  const file = join(folder, "hooks", name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

const empty = (git: (...args: string[]) => Promise<string>) => git("hash-object", "-t", "tree", "-w", "/dev/null");

describe("a push that is refused", () => {
  interface Case {
    prepare: (a: TempProject, bare: string) => Promise<unknown>;
    names?: string[];
    exit: number;
    says: RegExp;
    hint?: RegExp;
  }
  const cases: Record<string, Case> = {
    "by rules of the remote: their words": {
      prepare: (_, bare) =>
        hookIn(
          bare,
          "update",
          'echo "error: GH013: Repository rule violations found for $1." >&2; echo "- Cannot create ref due to creations being restricted." >&2; exit 1',
        ),
      names: ["p"],
      exit: 5,
      says: /^origin refuses the tag prompts\/p\/v1: GH013: Repository rule violations found for refs\/tags\/prompts\/p\/v1\.\n {2}Cannot create ref due to creations being restricted\.$/,
      hint: /^a rule or a hook of origin/,
    },
    "for one of two tags: which": {
      prepare: (_, bare) => hookIn(bare, "update", "case $1 in *q/v1) exit 1; esac"),
      exit: 5,
      says: /^origin refuses the tag prompts\/q\/v1: hook declined to update refs\/tags\/prompts\/q\/v1$/,
    },
    "by a hook here: its words, though they sound like git's": {
      prepare: (a) => hookIn(join(a.root, ".git"), "pre-push", "echo 'error: 3 tests failed, 1 timed out' >&2; exit 1"),
      exit: 2,
      says: /^cannot push the tags to origin: 3 tests failed, 1 timed out$/,
      hint: /hook on this machine/,
    },
    "for what it weighs": {
      prepare: async (a, bare) => {
        await gitIn(bare, "config", "receive.maxInputSize", "10");
        await a.write("prompts/p.prompt.yml", promptText("p", "New {{ticket}}"));
      },
      exit: 2,
      says: /pack exceeds maximum allowed size$/,
      hint: /^ask who runs origin$/,
    },
    "while another writes that very ref there": {
      prepare: async (_, bare) => {
        await mkdir(join(bare, "refs/tags/prompts/p"), { recursive: true });
        await writeFile(join(bare, "refs/tags/prompts/p/v1.lock"), "");
      },
      names: ["p"],
      exit: 4,
      says: /^origin refuses the tag prompts\/p\/v1: cannot lock ref/,
    },
    "by a setting that no single tag can be pushed with": {
      prepare: (a) => a.git("config", "remote.origin.mirror", "true"),
      exit: 2,
      says: /--mirror can't be combined with refspecs$/,
      hint: /remote\.origin\.mirror/,
    },
    "for a tag there that versions need the name of": {
      prepare: async (a, bare) => a.git("push", "-q", bare, "HEAD:refs/tags/prompts/p"),
      exit: 2,
      says: /^the tag prompts\/p on origin \(refs\/tags\/prompts\/p\) is in the way of prompts\/p\/v1: git has one or the other$/,
      hint: /git push origin :refs\/tags\/prompts\/p/,
    },
    "for a tag there under the version's own name": {
      prepare: async (a, bare) => a.git("push", "-q", bare, "HEAD:refs/tags/prompts/p/v1/x"),
      exit: 2,
      says: /^the tag prompts\/p\/v1\/x on origin .* is in the way of prompts\/p\/v1/,
    },
    "for a tag here, all of them packed": {
      prepare: async (a) => {
        await a.git("tag", "prompts");
        await a.git("pack-refs", "--all");
      },
      exit: 2,
      says: /^the tag prompts \(refs\/tags\/prompts\) is in the way of prompts\/p\/v…/,
      hint: /git tag NEW prompts && git tag -d prompts/,
    },
    "for a tag here under the version's own name": {
      prepare: (a) => a.git("tag", "prompts/p/v1/x"),
      exit: 2,
      says: /the tag prompts\/p\/v1\/x is in the way of prompts\/p\/v1$/,
    },
    "by a lock here: its file": {
      prepare: (a) => a.write(".git/refs/tags/prompts/p/v1.lock", ""),
      exit: 5,
      says: /another git process is at work in this repository \(\.\/\.git\/refs\/tags\/prompts\/p\/v1\.lock is there\)$/,
      hint: /remove .*\.git\/refs\/tags\/prompts\/p\/v1\.lock$/,
    },
    "by a file that is no server": {
      prepare: async (a) => {
        await a.git("bundle", "create", "-q", "../x.bundle", "--all");
        await a.git("remote", "set-url", "origin", join(a.root, "../x.bundle"));
      },
      exit: 2,
      says: /^cannot push the tags to origin: this remote cannot be pushed to \(failed to push some refs to /,
      hint: /a bundle or a plain web server can only be read/,
    },
    "for line ends that git would change": {
      prepare: async (a) => {
        await a.write("prompts/p.prompt.yml", promptText("p", "Other.").replaceAll("\n", "\r\n"));
        await a.git("config", "core.autocrlf", "input");
        await a.git("config", "core.safecrlf", "true");
      },
      names: ["p"],
      exit: 2,
      says: /^git refused the commit: CRLF would be replaced by LF in prompts\/p\.prompt\.yml$/,
      hint: /^core\.safecrlf refuses/,
    },
    "for want of a remote that counts": {
      prepare: async (a, bare) => {
        await a.git("remote", "rename", "origin", "mine");
        await a.git("remote", "add", "theirs", bare);
        await a.git("branch", "--unset-upstream");
      },
      exit: 2,
      says: /^which remote counts the versions\? .* of mine, theirs none is called origin$/,
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { prepare, names, exit, says, hint }) => {
    const { a, bare } = await twoClones(FILES);
    await prepare(a, bare);
    const [code, message, way] = await refusal(a, { names });
    expect([code, message]).toEqual([exit, expect.stringMatching(says)]);
    if (hint) expect(way).toMatch(hint);
    expect(await a.git("tag", "-l", "prompts/?/v1")).toBe("");
  });

  test.each([
    [401, 2, /Authentication failed/],
    [403, 2, /403/],
    [404, 2, /not found/],
    [429, 4, /429/],
    [503, 4, /503/],
  ])("by a server that answers %i: exit %i", async (status, exit, says) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { "www-authenticate": 'Basic realm="git"' }).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const temp = await gitProject(FILES);
    const { port } = server.address() as AddressInfo;
    await temp.git("remote", "add", "origin", `http://ci:hunter2@127.0.0.1:${port}/x.git`);
    const [code, message, hint] = await refusal(temp);
    server.close();
    expect([code, message]).toEqual([exit, expect.stringMatching(says)]);
    expect(hint).toMatch(/--no-push/);
    expect(message + hint).not.toContain("hunter2");
  });
});

describe("a lost race", () => {
  test("is told with what was typed, as a shell takes it", async () => {
    const { a, b } = await twoClones(FILES);
    await publish(a.project, { names: ["p"] });
    const typed = { names: ["p", "prompts/q"], message: "it's a fix", sign: true, actor: "Ada L" };
    const [exit, , hint] = await refusal(b, typed);
    const again = "agentops publish p prompts/q -m 'it'\\''s a fix' --sign --actor 'Ada L'";
    expect([exit, hint]).toEqual([5, `git fetch --tags origin && ${again}`]);
  });

  test("names the one tag that was lost; it is asked for, whatever the remote calls it", async () => {
    const { b, bare } = await twoClones(FILES);
    // Between the look and the push: the other's tag is there when ours comes.
    const commit = await b.git("commit-tree", "-m", "theirs", await empty(b.git));
    await hookIn(
      join(b.root, ".git"),
      "pre-push",
      `git push -q --no-verify '${bare}' ${commit}:refs/tags/prompts/q/v1`,
    );
    expect(await refusal(b)).toEqual([5, "somebody else published prompts/q/v1 first", "git fetch --tags origin && agentops publish"]); // prettier-ignore
  });
});

describe("which remote counts the versions", () => {
  test("the only one there is, whatever it is called", async () => {
    const { a, bare } = await twoClones(FILES);
    await a.git("remote", "rename", "origin", "upstream");
    await a.git("switch", "-q", "-c", "new");
    expect(await publish(a.project, { names: ["p"] })).toMatchObject({ remote: "upstream", published: [{ pushed: true }] }); // prettier-ignore
    expect(await gitIn(bare, "tag")).toBe("prompts/p/v1");
  });

  test("a version that --no-push left here is named until somebody pushes it", async () => {
    const { a } = await twoClones(FILES);
    const edit = (text: string) => a.write("prompts/p.prompt.yml", promptText("p", `${text} {{ticket}}`));
    const kept = await publish(a.project, { names: ["p"], push: false });
    expect(kept).toMatchObject({ remote: "origin", published: [{ pushed: false }] });
    const lacking = { remote: "origin", onlyHere: ["prompts/p/v1"] };
    expect(await publish(a.project, { names: ["p"] })).toMatchObject({ published: [], branch: "main", ...lacking });
    await edit("New");
    expect(await publish(a.project, { names: ["p"] })).toMatchObject({ published: [{ pushed: true }], ...lacking });
    for (const path of ["agentops.config.yaml", "prompts/p.prompt.yml"])
      await a.write(`other/${path}`, await readFile(join(a.root, path), "utf8"));
    const other = await projectIn(join(a.root, "other"));
    const theirs = await publish(other.project, { names: ["p"] });
    expect(theirs.published, "another project's versions are not its to push").toMatchObject([{ version: "v3" }]);
    expect(theirs).not.toHaveProperty("onlyHere");
    await a.git("push", "-q", "origin", "refs/tags/prompts/p/v1");
    expect(await publish(a.project, { names: ["p"] })).not.toHaveProperty("onlyHere");
  });

  test("more than three tags in one push to GitHub start no workflow there", async () => {
    const { project, git } = await gitProject(FILES);
    const repo = await needRepo(project);
    const claim = { remote: "origin", again: "" };
    const urls = ["https://github.com/a/b", "git@github.com:a/b", "ssh://git@github.acme.example/a/b", "https://gitlab.com/github/b", "../github"]; // prettier-ignore
    const found = [];
    for (const url of urls) {
      await git("config", "remote.origin.url", url);
      found.push([await startsNothing(repo, claim, [1, 2, 3]), await startsNothing(repo, claim, [1, 2, 3, 4])]);
    }
    expect(found).toEqual([[false, true], [false, true], [false, true], [false, false], [false, false]]); // prettier-ignore
  });
});

test("a key that cannot be read makes no unsigned version", async () => {
  const temp = await gitProject(FILES);
  await temp.git("config", "gpg.format", "ssh");
  await temp.git("config", "user.signingkey", "/nonexistent");
  const [exit, message, hint] = await refusal(temp, { names: ["p"], sign: true });
  expect([exit, message]).toEqual([2, expect.stringMatching(/cannot make the tag prompts\/p\/v1: .*\/nonexistent/)]);
  expect(hint).toContain("user.signingkey");
  expect(await temp.git("tag")).toBe("");
});

test("git am under way has its own way out", async () => {
  const temp = await gitProject(FILES);
  await mkdir(join(temp.root, ".git/rebase-apply"));
  await temp.write(".git/rebase-apply/applying", "");
  expect((await refusal(temp)).slice(1)).toEqual(["an am is in progress in this repository", "git am --continue (or --abort), then publish again"]); // prettier-ignore
  expect(await readFile(join(temp.root, ".git/rebase-apply/applying"), "utf8")).toBe("");
});
