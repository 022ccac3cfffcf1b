import type { CommandSpec } from "../../command.ts";

export const publish: CommandSpec = {
  name: "publish",
  args: "[name...]",
  summary: "commit and tag the next version of each artifact that changed",
  options: [
    ["-m, --message <text>", "message of the version"],
    ["--sign", "sign commit and tag with git's own signing"],
    ["--no-push", "do not claim the version on the remote"],
  ],
  action: () => import("./run.ts"),
};
