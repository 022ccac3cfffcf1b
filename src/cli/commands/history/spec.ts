import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const history: CommandSpec = {
  name: "history",
  args: "<name>",
  exact: true,
  summary: "what changed what is served: who, when and why, the newest first",
  options: [FORMAT("text or json"), OUTPUT],
  examples: ["agentops history support-triage", "agentops history agents/refund-desk --env staging --json"],
  action: () => import("./run.ts"),
};
