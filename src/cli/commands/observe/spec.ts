import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const observe: CommandSpec = {
  name: "observe",
  args: "[file]",
  summary: "record production outcomes from JSON lines (stdin by default); lines of one id are one outcome",
  options: [
    ["--skip-invalid", "count lines that are no observation and go on"],
    ["--strict", "record nothing when a target, version or rollout is unknown; a pipe is read to its end first"],
    [
      "--served",
      "lines that say who was served what, before their outcomes: target, version, unit, servedAt, exposure",
    ],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops observe outcomes.jsonl --env production",
    `echo '{"target":"prompts/support-triage","version":"v7","unit":"user-1","success":true}' | agentops observe`,
  ],
  action: () => import("./run.ts"),
};
