import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const diff: CommandSpec = {
  name: "diff",
  args: "<control> [candidate]",
  summary:
    "compare two refs or two runs, or what NAME has become since its latest version: content, and metrics case by case",
  options: [
    ["--suite <name>", "compare runs of this suite"],
    ["--examples <n>", "regressions and improvements shown with their outputs"],
    ["--exit-code", "exit 1 when the candidate is worse, 3 when nothing is decided"],
    FORMAT("text, json, markdown or html"),
    OUTPUT,
  ],
  examples: [
    "agentops diff support-triage",
    "agentops diff support-triage@v1 support-triage@v2",
    "agentops diff 019e0a4b-1c2d 019e0a4c-5e6f --format html --output diff.html",
  ],
  action: () => import("./run.ts"),
};
