import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const kill: CommandSpec = {
  name: "kill",
  args: "[words...]",
  summary: "stop an agent or a prompt now, until it is revived; needs no config, no git and no store",
  options: [
    ["--all", "everything, also what does not exist yet"],
    ["--unknown", "also a name that no file, tag, release or earlier kill has"],
    ["-m, --reason <text>", "why, for whoever wakes up next; else one word in quotes that is no name"],
    ["--wait <time>", "then wait until every process that has shown itself saw it; exit 4 where one did not"],
    ["--with-readers", "also the agents that read a prompt"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    'agentops kill agents/refund-desk "refunds twice"',
    'agentops kill --all --env staging -m "leaks names"',
    "agentops kill refund-desk --env '*'",
  ],
  action: () => import("./run.ts"),
};
