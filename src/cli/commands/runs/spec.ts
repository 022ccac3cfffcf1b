import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const runs: CommandSpec = {
  name: "runs",
  args: "[action] [run...]",
  actions: ["list", "show", "export", "import"],
  summary:
    "list stored runs; show RUN explains failing cases; export RUN prints every trial as JSON lines; import FILE takes evidence",
  options: [
    ["--notes", "export: attach the evidence to the version's commit as a git note (refs/notes/agentops)"],
    ["--push", "export --notes: merge the remote's notes and push, again when others were first"],
    ["--case <id>", "show this case only"],
    ["--all", "show passing cases too"],
    ["--limit <n>", "how many runs or cases (default 20)"],
    FORMAT("text, json, markdown, junit or github; export: json or evidence"),
    OUTPUT,
  ],
  examples: [
    "agentops runs",
    "agentops runs show latest",
    "agentops runs export latest --output run.jsonl",
    "agentops runs export latest --format evidence --output evidence.json",
    "agentops runs export latest --notes --push --output evidence.json",
    "agentops runs import evidence.json",
  ],
  action: () => import("./run.ts"),
};
