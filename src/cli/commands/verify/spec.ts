import type { CommandSpec } from "../../command.ts";

export const verify: CommandSpec = {
  name: "verify",
  args: "<ref>",
  summary: "check a version's digest and signature",
  action: () => import("./run.ts"),
};
