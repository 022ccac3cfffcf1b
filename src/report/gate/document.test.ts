import type { GateFound, GateNote, GateRunFound, NeedFor } from "../../gate/found.ts";
import type { Aim } from "../../comparison/found.ts";
import { testSayings } from "../../testing/sayings.ts";
import { gateDocument } from "./document.ts";

const gate = (more: Partial<GateFound>) =>
  gateDocument({ runs: [], notes: [], weakened: [], ...more } as unknown as GateFound);
const needText = (why: NeedFor) => {
  const run = {
    checks: [],
    comparison: null,
    notes: [],
    need: [{ check: "x", cases: 9, clusters: null, why, other: null }],
  };
  return gate({ runs: [run as unknown as GateRunFound] }).runs[0]!.need[0]!.why;
};

testSayings<GateNote>("a note on a gate", (note) => gate({ notes: [note] }).notes[0]!, {
  unmeasured: [
    [
      { artifact: "prompts/a", missingSuites: ["b", "c"] },
      "no suite names prompts/a, so nothing measured it: its evals: name b, c, which is no suite under evals/",
    ],
    [
      { artifact: "prompts/a", missingSuites: [] },
      "no suite names prompts/a, so nothing measured it: write evals/NAME.suite.yml with target: prompts/a",
    ],
  ],
  "no-gate": [
    [
      { suiteFile: "evals/a.suite.yml", artifact: "prompts/a" },
      "evals/a.suite.yml has no gate, and prompts/a no control: write gate: { successRate: { min: … } }",
    ],
  ],
  new: [[{ artifact: "prompts/a", suite: "a" }, "prompts/a is new: a judged it by its bounds alone"]],
  "invalid-control": [
    [
      { artifact: "prompts/a", message: "no name" },
      "prompts/a was not valid at the merge base, so it has no control: no name",
    ],
  ],
  orphaned: [
    [
      { artifact: "prompts/a", suiteFile: "evals/a.suite.yml" },
      "prompts/a was deleted, but evals/a.suite.yml still names it",
    ],
  ],
  "not-run": [
    [{ suites: ["a on prompts/a"] }, "not run after that failure, so nothing is known of it: a on prompts/a"],
  ],
  itself: [
    [
      { base: "origin/main", commit: "0123456789abcdef", is: "head", job: "github" },
      "origin/main is the commit that is checked out (0123456789): nothing can differ, and nothing was compared. Name what was there before: --base HEAD~1, or in a push job --base ${{ github.event.before }}",
    ],
    [
      { base: "origin/main", commit: "0123456789abcdef", is: "ahead", job: "gitlab" },
      'origin/main has the commit that is checked out (0123456789) and newer ones: nothing can differ, and nothing was compared. Name what was there before: --base HEAD~1, or in a push job --base "$CI_COMMIT_BEFORE_SHA"',
    ],
    [
      { base: "main", commit: "0123456789abcdef", is: "head", job: null },
      "main is the commit that is checked out (0123456789): nothing can differ, and nothing was compared. Name what was there before: --base HEAD~1",
    ],
  ],
  "ambiguous-base": [
    [
      { base: "main", ref: "refs/heads/main", others: ["refs/tags/main"] },
      "main was taken as refs/heads/main; there is also refs/tags/main",
    ],
  ],
  moved: [
    [
      { from: "services/old/" },
      "the project was in services/old/ at the merge base, and is compared with what it was there",
    ],
    [
      { from: "" },
      "the project was in the repository's top folder at the merge base, and is compared with what it was there",
    ],
  ],
  renamed: [
    [{ artifact: "prompts/q", from: "prompts/p" }, "prompts/q was prompts/p at the merge base, which is its control"],
  ],
  replaced: [
    [
      { artifact: "prompts/q", gone: ["prompts/p.prompt.yml"] },
      "prompts/q is new while prompts/p.prompt.yml is gone, and git does not see that one became the other: it has no control. git add it, rename it in a commit of its own (git mv), or delete the old one in another pull request",
    ],
  ],
  "moved-away": [
    [
      { artifact: "prompts/p", to: "prompts/team/p.prompt.yml" },
      "prompts/p was moved to prompts/team/p.prompt.yml, where no prompt and no agent is looked for: they are in prompts/NAME.prompt.yml and agents/NAME.agent.yml",
    ],
  ],
  "provider-changed": [
    [
      { provider: "ex", users: ["prompts/p", "agents/a"] },
      "models.ex is another than at the merge base: what that changes for prompts/p, agents/a was not measured",
    ],
  ],
  "submodule-changed": [
    [
      { path: "evals" },
      "suites or their cases are in a submodule, evals, which is another than at the merge base: what changed in it cannot be compared here",
    ],
  ],
  "suites-absent": [
    [{ files: ["evals/s.suite.yml"] }, "not checked out, so nothing measured by them: evals/s.suite.yml"],
  ],
  "partly-staged": [
    [
      { file: "prompts/p.prompt.yml" },
      "prompts/p.prompt.yml is staged with another text than the worktree's, which is what was judged: a commit takes what is staged",
    ],
  ],
  "nothing-to-accept": [
    [{}, "--accept took nothing: no shown improvement is bought with more latency or cost than its bound"],
  ],
  "yardstick-changed": [
    [{ file: "evals/a.jsonl" }, "evals/a.jsonl changed on this branch too: both sides were judged by it as it is now"],
  ],
});

testSayings<Exclude<NeedFor, Aim>>("what more cases are for", needText, {
  "on-the-bound": [[{}, "what was seen lies on the bound"]],
  "to-bound-it": [[{}, "to bound it at all"]],
  "as-seen": [[{}, "if the rest goes like these"]],
});

testSayings<Aim>("what more cases are for, against a control", needText, {
  exclude: [[{ of: "asked", target: 0.05, rough: null }, "to exclude a difference of 5 points if no case changes"]],
  see: [
    [
      { of: "asked", target: 0.05, rough: 20, power: 0.8, discordance: 0.1 },
      "to see a difference of 5 points with 80 % power at 10 % of cases changing (a rough guess from 20)",
    ],
  ],
});
