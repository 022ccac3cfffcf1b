import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const trace: CommandSpec = {
  name: "trace",
  args: "[action] [trace...]",
  actions: ["list", "show", "import", "export", "forget"],
  summary: "what agents did: import their traces, list them, show one step by step, export them",
  options: [
    ["--target <name>", "list: of this agent or prompt only"],
    ["--served <version>", "list: what this version did"],
    ["--error", "list: those that failed, or in which something did"],
    ["--slow <duration>", "list: those that took so long or longer, as 2s"],
    ["--costly <usd>", "list: those that cost so much or more, as 0.05"],
    ["--tool <name>", "list: those that called this tool"],
    ["--text <text>", "list: those in which this was said; the newest are read first"],
    ["--user <id>", "list: those of this user; forget: erases what is stored of this person"],
    ["-m, --message <text>", "forget: why"],
    ["--since <duration>", "list: those that began in the last 24h, 30m"],
    ["--limit <n>", "list: how many (default 100)"],
    ["--step <n>", "show: this step alone, all that it was given and gave"],
    ["--full", "show: all that each step was given and gave"],
    FORMAT("text or json; export: otlp"),
    OUTPUT,
  ],
  examples: [
    "agentops trace import spans.json export.jsonl.gz",
    "agentops trace list --error --since 24h",
    "agentops trace show 3fa9c1",
    "agentops trace show 3fa9c1 --step 4",
    "agentops trace export 3fa9c1 --output spans.json",
  ],
  action: () => import("./run.ts"),
};
