import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const status: CommandSpec = {
  name: "status",
  summary:
    "what each environment serves, its rollouts, what is killed and what went wrong; exit 5 killed, 4 not certain, 1 wrong, 0 all right",
  options: [FORMAT("text or json"), OUTPUT],
  examples: ["agentops status", "agentops status --env production --json"],
  action: () => import("./run.ts"),
};
