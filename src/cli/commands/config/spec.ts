import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const config: CommandSpec = {
  name: "config",
  summary: "what is in force here; --show-origin says which file, flag or variable gave each value",
  options: [["--show-origin", "which file and line, flag or variable gave it"], FORMAT("text or json"), OUTPUT],
  examples: ["agentops config --show-origin", "agentops config --json --env staging"],
  action: () => import("./run.ts"),
};
