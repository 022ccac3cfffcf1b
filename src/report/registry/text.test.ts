import { expect, test } from "vitest";
import type { PublishResult } from "../../registry/publish/publish.ts";
import { createStyle } from "../style.ts";
import { publishText } from "./text.ts";

const PUBLISHED = {
  address: "prompts/p",
  version: "v2",
  commit: "0123456789abcdef",
  tag: "prompts/p/v2",
  digest: "sha256:0123456789abcdef",
  pushed: true,
};
const RESULT: PublishResult = {
  schema: "agentops.publish/1",
  published: [PUBLISHED],
  unchanged: [],
  skipped: [],
  leftOut: [],
  branch: "main",
  along: null,
  unsigned: null,
};
const ALONG = { remote: "origin", commits: 2, newest: ["1a2b3c4 WIP token"] };
const DRAFT = { address: "prompts/draft", file: "prompts/draft.prompt.yml" };

test.each<[string, Partial<PublishResult>, string]>([
  ["a branch is the user's to push", {}, "(its tag is on the remote; push your branch as usual)"],
  ["on a detached HEAD there is none", { branch: null }, "(its tag is on the remote)"],
  [
    "commits that went along",
    { along: ALONG },
    "note: through the tag origin has 2 commits below it, on none of its branches known here: 1a2b3c4 WIP token, …",
  ],
  [
    "one that others may have is signed the next time",
    { unsigned: "main" },
    "verify will not be ok; publish --sign the next time",
  ],
  [
    "one that is only here can be made again",
    { unsigned: "main", published: [{ ...PUBLISHED, pushed: false }] },
    "git tag -d prompts/p/v2, then publish --sign",
  ],
  [
    "a draft",
    { leftOut: [{ ...DRAFT, why: "untracked" }] },
    "left out  prompts/draft is untracked: agentops publish prompts/draft, or git add prompts/draft.prompt.yml",
  ],
  // By name it would be refused: git does not add it.
  [
    "what git ignores",
    { leftOut: [{ ...DRAFT, why: "ignored" }] },
    "left out  prompts/draft is ignored: git add -f prompts/draft.prompt.yml if it is meant",
  ],
])("publish says: %s", (_, result, says) => {
  expect(publishText({ ...RESULT, ...result }, createStyle(false))).toContain(says);
});
