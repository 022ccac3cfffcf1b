import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const gate: CommandSpec = {
  name: "gate",
  summary: "in CI: judge what this branch changed, on both sides of the merge base",
  options: [
    [
      "--base <ref>",
      "the branch this one goes into (default: the pull request's, else the default branch: what the remote's HEAD names, else its main or master)",
    ],
    ["--trials <n>", "repetitions of each case"],
    ["--concurrency <n>", "trials under way at once"],
    ["--sample <n>", "a stable random sample of N cases"],
    ["--early-stop", "end a run as soon as it is worse than its control beyond chance"],
    [
      "--accept <why>",
      "take the increase that a shown improvement is bought with; recorded with the run and in the audit",
    ],
    ["--no-cache", "run the control and ask the model again even where the store has the answer"],
    ["--max-cost <usd>", "stop before a run spends more"],
    ["--dry-run", "what it would run, ask and spend; asks nothing, writes nothing, exit 0 (text, json or markdown)"],
    FORMAT("text, json, markdown, github or junit"),
    OUTPUT,
  ],
  examples: ["agentops gate --base origin/main", "agentops gate --dry-run", "agentops gate --format github"],
  action: () => import("./run.ts"),
};
