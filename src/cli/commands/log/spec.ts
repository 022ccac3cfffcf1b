import type { CommandSpec } from "../../command.ts";

export const log: CommandSpec = {
  name: "log",
  args: "<name>",
  summary: "list the versions of an artifact",
  action: () => import("./run.ts"),
};
