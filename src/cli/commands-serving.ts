import { type CommandSpec, FORMAT, OUTPUT } from "./command.ts";

/** What an agent's own process does with the SDK, by hand. */
export const SERVING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "resolve",
    args: "<name>",
    summary: "what a caller is served now, and why; exit 5 when it is killed, 2 when nothing was released",
    options: [
      ["--unit <id>", "the user or conversation to decide for; without one, chance decides"],
      FORMAT("text or json"),
      OUTPUT,
    ],
    examples: [
      "agentops resolve support-triage --unit user-1",
      "agentops resolve agents/refund-desk --env staging --json",
    ],
    action: () => import("./commands/resolve/run.ts"),
  },
  {
    name: "observe",
    args: "[file]",
    summary: "record production outcomes from JSON lines (stdin by default); a repeat of an id changes nothing",
    options: [["--skip-invalid", "count lines that are no observation and go on"], FORMAT("text or json"), OUTPUT],
    examples: [
      "agentops observe outcomes.jsonl --env production",
      `echo '{"target":"prompts/support-triage","version":"v7","unit":"user-1","success":true}' | agentops observe`,
    ],
    action: () => import("./commands/observe/run.ts"),
  },
];
