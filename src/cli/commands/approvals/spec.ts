import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const approvals: CommandSpec = {
  name: "approvals",
  args: "[action] [ref]",
  actions: ["list", "approve"],
  exact: true,
  summary: "approve REF lets a version be released where the policy asks for it; list [NAME] shows who did",
  options: [
    ["-m, --reason <text>", "why"],
    ["--sign", "with git's ssh key, where only signed approvals count"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ["agentops approvals approve support-triage@v7", "agentops approvals list support-triage"],
  action: () => import("./run.ts"),
};
