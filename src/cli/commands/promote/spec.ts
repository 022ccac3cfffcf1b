import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const promote: CommandSpec = {
  name: "promote",
  args: "<ref>",
  exact: true,
  summary: "serve a published version to everybody, when the policy of the environment admits it",
  options: [
    ["-m, --reason <text>", "why"],
    ["--dry-run", "what or who would refuse; nothing is written"],
    ["--override", "go on although rules are broken; needs --reason, is recorded"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops promote support-triage@v7",
    'agentops promote support-triage@v8 --override --reason "the fix for incident 12"',
  ],
  action: () => import("./run.ts"),
};
