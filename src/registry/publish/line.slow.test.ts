import { join } from "node:path";
import { afterAll, test } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import { actionsCheckout, gitlabCheckout } from "../../testing/ci-checkouts.ts";
import { gitIn, projectIn, removeFolders, type TempProject, tempFolder, twoClones } from "../temp-project.testing.ts";
import { commit, expectLine, ONE, say, version } from "../history.testing.ts";
import { publish } from "./publish.ts";

afterAll(removeFolders);

/** What a publish said of `p`, in one line. */
async function said(t: TempProject, options: { push?: boolean } = {}): Promise<string> {
  const result = await publish(t.project, options).catch((error: unknown) => error);
  if (result instanceof AgentopsError) return `${result.code} | ${result.hint ?? ""}`;
  const { published, unchanged, skipped } = result as Awaited<ReturnType<typeof publish>>;
  return [
    ...published.map((p) => `published ${p.version}`),
    ...unchanged.map((u) => `unchanged ${u.version}`),
    ...skipped.map((s) => `skipped ${s.latest}: ${s.note}`),
  ].join("; ");
}

interface World {
  a: TempProject;
  bare: string;
  /** A clone of the remote, as it is now. */
  clone: () => Promise<TempProject>;
  /** The checkout of a CI system, in a folder of its own. */
  ci: (how: (dir: string, url: string) => Promise<void>) => Promise<TempProject>;
  sha: (rev: string) => Promise<string>;
}

/** A remote whose main has v1 with the text One; `a` is a clone. */
async function world(): Promise<World> {
  const { a, bare } = await twoClones(ONE);
  await publish(a.project);
  await a.git("push", "-q", "origin", "main");
  const url = `file://${bare}`;
  const clone = async () => {
    const folder = await tempFolder();
    await gitIn(folder, "clone", "-q", url, "clone");
    return projectIn(join(folder, "clone"));
  };
  const ci: World["ci"] = async (how) => {
    const folder = await tempFolder();
    await how(folder, url);
    return projectIn(folder);
  };
  const sha = (rev: string) => gitIn(a.root, "rev-parse", rev);
  return { a, bare, clone, ci, sha };
}

/** main has a text that nobody published; somebody made v2 on top of it, on a branch. */
async function experiment({ a }: World): Promise<void> {
  await commit(a, "Main two");
  await a.git("push", "-q", "origin", "main");
  await a.git("switch", "-qc", "exp");
  await version(a, "EXPERIMENT");
}

/** main has a text that nobody published, and went on to v2. */
async function wentOn({ a }: World): Promise<void> {
  await commit(a, "Between");
  await version(a, "Two");
  await a.git("push", "-q", "origin", "main");
}

const LATE = /^skipped v2: .*, which comes after this commit; nothing was changed here$/;

const situations: Record<string, { does: (w: World) => Promise<string>; says: RegExp | string }> = {
  "a version of a branch that was cut at main's tip": {
    does: async (w) => {
      await experiment(w);
      return said(await w.clone());
    },
    says: "published v3",
  },
  "the same, the branch pushed, at GitLab": {
    does: async (w) => {
      await experiment(w);
      await w.a.git("push", "-q", "origin", "exp", "main:refs/pipelines/7");
      const sha = await w.sha("main");
      return said(await w.ci((dir, url) => gitlabCheckout(dir, url, { sha, pipeline: 7, depth: "0" })));
    },
    says: "published v3",
  },
  "the same, and main here is not pushed": {
    does: async (w) => {
      await commit(w.a, "Main two");
      await w.a.git("switch", "-qc", "exp");
      await version(w.a, "EXPERIMENT");
      await w.a.git("switch", "-q", "main");
      return said(w.a);
    },
    says: "published v3",
  },
  "a late job at GitHub, where the remote's branch is set back to its commit": {
    does: async (w) => {
      await wentOn(w);
      const sha = await w.sha("main~1");
      return said(await w.ci((dir, url) => actionsCheckout(dir, url, { ref: "refs/heads/main", sha }, { "fetch-depth": "0" }))); // prettier-ignore
    },
    says: LATE,
  },
  "a late job at GitLab, of another branch": {
    does: async (w) => {
      await w.a.git("switch", "-qc", "feature");
      await wentOn(w);
      await w.a.git("push", "-q", "origin", "feature", "feature~1:refs/pipelines/7");
      const sha = await w.sha("feature~1");
      return said(await w.ci((dir, url) => gitlabCheckout(dir, url, { sha, pipeline: 7, depth: "0" })));
    },
    says: LATE,
  },
  "a job that has its own commit and the tags": {
    does: async (w) => {
      await wentOn(w);
      const sha = await w.sha("main~1");
      const job = await w.ci(async (dir, url) => {
        await gitIn(dir, "init", "-q");
        await gitIn(dir, "remote", "add", "origin", url);
        await gitIn(dir, "fetch", "-q", "origin", `${sha}:refs/job`, "refs/tags/*:refs/tags/*");
        await gitIn(dir, "checkout", "-q", "-B", "main", sha);
      });
      return `${await said(job, { push: false })} ${await said(job)}`;
    },
    says: /^skipped v2.*nothing was changed here skipped v2.*nothing was changed here$/,
  },
  "the tags were fetched alone, and main went on further": {
    does: async (w) => {
      await commit(w.a, "Between");
      await w.a.git("push", "-q", "origin", "main");
      const b = await w.clone();
      await version(w.a, "Two");
      await w.a.git("commit", "-q", "--allow-empty", "-m", "further");
      await w.a.git("push", "-q", "origin", "main");
      await b.git("fetch", "-q", "--refmap=", "origin", "refs/tags/*:refs/tags/*");
      return said(b);
    },
    says: /nothing was changed here \(origin has commits that are not here: git fetch origin tells more\)$/,
  },
  "an edit on main where the tags were fetched alone": {
    does: async (w) => {
      const b = await w.clone();
      await wentOn(w);
      await b.git("fetch", "-q", "--refmap=", "origin", "refs/tags/*:refs/tags/*");
      await say(b, "Mine");
      return said(b);
    },
    says: /^CONCURRENT_CHANGE \| git pull, then publish again; for a version beside it/,
  },
  "main was set back and pushed": {
    does: async (w) => {
      await wentOn(w);
      await w.a.git("reset", "-q", "--hard", "HEAD~1");
      const before = await said(w.a);
      await w.a.git("push", "-qf", "origin", "main");
      return `${before.replace(/:.*/, "")}, ${await said(w.a)}`;
    },
    says: "skipped v2, published v3",
  },
  "a branch was set back, and another text is to replace its version": {
    does: async (w) => {
      await w.a.git("switch", "-qc", "feature");
      await version(w.a, "Two");
      await w.a.git("push", "-q", "-u", "origin", "feature");
      await w.a.git("reset", "-q", "--hard", "HEAD~1");
      await say(w.a, "Better");
      const before = await said(w.a);
      await w.a.git("push", "-q", "--force-with-lease");
      return `${before}, ${await said(w.a)}`;
    },
    says: "CONCURRENT_CHANGE | git pull, then publish again; where this replaces it: git push --force-with-lease first, published v3",
  },
};
test.concurrent.each(Object.entries(situations))("%s", async (_, { does, says }) => {
  expectLine(await does(await world()), says);
});
