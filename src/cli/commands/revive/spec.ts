import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const revive: CommandSpec = {
  name: "revive",
  args: "[name]",
  exact: true,
  summary: "take back a kill; what else stops the target is named, exit 5",
  options: [
    ["--all", "take back kill --all; kills by name stay"],
    ["--reason <text>", "why it may run again (required)"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ['agentops revive agents/refund-desk --reason "v8 asks before it pays"'],
  action: () => import("./run.ts"),
};
