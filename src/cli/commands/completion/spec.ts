import type { CommandSpec } from "../../command.ts";

export const completion: CommandSpec = {
  name: "completion",
  args: "<action>",
  actions: ["bash", "zsh", "fish"],
  summary: "the script that completes commands, flags, names and versions: bash, zsh, fish",
  examples: [
    "source <(agentops completion bash)",
    "source <(agentops completion zsh)",
    "agentops completion fish > ~/.config/fish/completions/agentops.fish",
  ],
  action: () => import("./run.ts"),
};
