import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const doctor: CommandSpec = {
  name: "doctor",
  summary: "what this machine has and lacks: git, config, store, clocks, prices, packages, keys; exit 2 with a problem",
  options: [FORMAT("text or json"), OUTPUT],
  examples: ["agentops doctor", "agentops doctor --json"],
  action: () => import("./run.ts"),
};
