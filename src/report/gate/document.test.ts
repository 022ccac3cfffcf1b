import type { GateFound, GateNote, GateRunFound, NeedFor } from "../../gate/found.ts";
import type { Aim } from "../../comparison/found.ts";
import { testSayings } from "../../testing/sayings.ts";
import { gateDocument } from "./document.ts";

const gate = (more: Partial<GateFound>) =>
  gateDocument({ runs: [], notes: [], weakened: [], ...more } as unknown as GateFound);
const needText = (why: NeedFor) => {
  const run = { checks: [], comparison: null, notes: [], need: [{ check: "x", cases: 9, why, other: null }] };
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
