import type { CommandSpec } from "../../command.ts";

export const list: CommandSpec = {
  name: "list",
  summary: "list prompts and agents",
  action: () => import("./run.ts"),
};
