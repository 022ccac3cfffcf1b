import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const lint: CommandSpec = {
  name: "lint",
  args: "[ref...]",
  summary: "check every file: schema, pins, variables, owners, unknown names",
  options: [FORMAT("text, json, github or sarif"), OUTPUT],
  action: () => import("./run.ts"),
};
