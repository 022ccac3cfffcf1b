import type { CommandSpec } from "../../command.ts";

export const list: CommandSpec = {
  name: "list",
  summary: "list prompts and agents; --traffic: against what was seen in a month",
  options: [["--traffic", "which are served and which nobody asks, and which agents are seen that nobody registered"]],
  action: () => import("./run.ts"),
};
