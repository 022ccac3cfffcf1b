import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const unfreeze: CommandSpec = {
  name: "unfreeze",
  summary: "lift a freeze before its time",
  options: [["-m, --reason <text>", "why, for the record"], FORMAT("text or json"), OUTPUT],
  examples: ['agentops unfreeze -m "the fix has to go out"'],
  action: () => import("./run.ts"),
};
