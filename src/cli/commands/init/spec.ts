import type { CommandSpec } from "../../command.ts";

export const init: CommandSpec = {
  name: "init",
  args: "[dir]",
  summary: "write a working project that runs with no key; never overwrites",
  action: () => import("./run.ts"),
};
