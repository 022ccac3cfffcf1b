import type { CommandSpec } from "../../command.ts";

export const show: CommandSpec = {
  name: "show",
  args: "<ref>",
  summary: "show an artifact at a version",
  examples: ["agentops show support-triage", "agentops show prompts/support-triage@v1"],
  action: () => import("./run.ts"),
};
