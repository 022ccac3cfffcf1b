import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const rollback: CommandSpec = {
  name: "rollback",
  args: "<name>",
  exact: true,
  summary: "go back to the version before, or end an open rollout; asks nobody, needs no git and no config",
  options: [
    ["--to <version>", "go back to this released version"],
    ["--from <version>", "refuse when another version is to be left by now"],
    ["-m, --reason <text>", "why (default: rollback)"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ["agentops rollback support-triage", 'agentops rollback support-triage --to v6 --reason "v7 is rude"'],
  action: () => import("./run.ts"),
};
