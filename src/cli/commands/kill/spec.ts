import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const kill: CommandSpec = {
  name: "kill",
  args: "[name]",
  exact: true,
  summary: "stop an agent or a prompt now, until it is revived; needs no config, no git and no store",
  options: [
    ["--all", "everything, also what does not exist yet"],
    ["--reason <text>", "why, for whoever wakes up next (required)"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    'agentops kill agents/refund-desk --reason "refunds twice"',
    'agentops kill --all --env staging --reason "leaks names"',
    "agentops kill refund-desk --env '*' --reason \"in every environment\"",
  ],
  action: () => import("./run.ts"),
};
