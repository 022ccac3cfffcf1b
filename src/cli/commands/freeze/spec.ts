import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const freeze: CommandSpec = {
  name: "freeze",
  summary:
    "no release and no climbing in an environment for a time; harm is still undone, rollback and kill stay possible",
  options: [
    ["--until <time>", "a date and time (2026-12-27T08:00), or how long from now (36h)"],
    ["-m, --reason <text>", "why, for whoever wants to release"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    'agentops freeze --until 2026-12-27T08:00Z -m "holidays"',
    "agentops freeze --env staging --until 2h -m migration",
  ],
  action: () => import("./run.ts"),
};
