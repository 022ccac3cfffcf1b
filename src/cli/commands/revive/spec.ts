import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const revive: CommandSpec = {
  name: "revive",
  args: "[words...]",
  summary: "take back a kill; what else stops the target is named, exit 5",
  options: [
    ["--all", "take back kill --all; kills by name stay"],
    ["--unknown", "also a name that no file, tag, release or earlier kill has"],
    ["-m, --reason <text>", "why it may run again; else one word in quotes that is no name"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ['agentops revive agents/refund-desk "v8 asks before it pays"'],
  action: () => import("./run.ts"),
};
