import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const resolve: CommandSpec = {
  name: "resolve",
  args: "<name>",
  summary: "what a caller is served now, and why; exit 5 when it is killed, 2 when nothing was released",
  options: [
    ["--unit <id>", "the user or conversation to decide for; without one, chance decides"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops resolve support-triage --unit user-1",
    "agentops resolve agents/refund-desk --env staging --json",
  ],
  action: () => import("./run.ts"),
};
