import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const evalCommand: CommandSpec = {
  name: "eval",
  args: "[suite...]",
  summary: "run suites (all without a name), store runs, judge gates",
  options: [
    ["--target <ref>", "evaluate this one instead of the suite's; without names, by the suites about it"],
    ["--control <ref>", "compare with this version, or a stored run, over the same cases"],
    ["--factorial", "both versions × both models on the same cases: what the prompt does, and what its model does"],
    ["--early-stop", "end a run as soon as it is worse than its control beyond chance"],
    ["--model <pin>", "answer with this model instead of the target's"],
    ["--outputs <file>", "score recorded outputs from FILE with the suite's mapping"],
    ["--trials <n>", "repetitions of each case"],
    ["--concurrency <n>", "trials under way at once"],
    ["--sample <n>", "a stable random sample of N cases"],
    ["--filter <k=v...>", "only cases whose id, tag, cluster or variable has that value; repeatable"],
    ["--resume <run>", "do only what is missing of a stored run"],
    ["--record", "write recordings of the model's answers to fixtures/recordings"],
    ["--live", "ignore recordings"],
    ["--no-cache", "ask the model again even where the store has its answer"],
    [
      "--no-fallback",
      "leave a trial whose provider failed at that: do not ask the agent's fallback models (a gate never does)",
    ],
    ["--max-cost <usd>", "stop before spending more"],
    FORMAT("text, json, markdown, junit or github"),
    OUTPUT,
  ],
  examples: [
    "agentops eval",
    "agentops eval support-triage --target prompts/support-triage@v1",
    "agentops eval support-triage --control support-triage@v1",
    "agentops eval support-triage --factorial --control support-triage@v1 --target support-triage@v2",
    "agentops eval prompts/summary.prompt.yml",
    "agentops eval --resume latest",
  ],
  action: () => import("./run.ts"),
};
