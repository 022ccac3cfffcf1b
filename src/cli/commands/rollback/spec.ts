import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const rollback: CommandSpec = {
  name: "rollback",
  args: "<name>",
  exact: true,
  summary: "go back to the version before, or end an open rollout; asks nobody, needs no git and no config",
  options: [
    [
      "--to <version>",
      "go back to this one, once served to everybody there; what else was released is a promotion, and asks the policy",
    ],
    ["--from <version>", "leave this one, whoever was first; refused when it is another by now"],
    ["-m, --reason <text>", "why (default: rollback); needed where --to was taken back"],
    ["--dry-run", "what would be served; nothing is written"],
    ["--override", "where --to is a promotion: go on although rules are broken; needs --reason, is recorded"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ["agentops rollback support-triage", 'agentops rollback support-triage --to v6 --reason "v7 is rude"'],
  action: () => import("./run.ts"),
};
