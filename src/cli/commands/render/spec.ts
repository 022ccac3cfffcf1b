import type { CommandSpec } from "../../command.ts";

export const render: CommandSpec = {
  name: "render",
  args: "<ref>",
  summary: "render a prompt's messages",
  options: [["--var <k=v...>", "value of a variable; repeatable"]],
  action: () => import("./run.ts"),
};
