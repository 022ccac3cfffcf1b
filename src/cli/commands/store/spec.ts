import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const store: CommandSpec = {
  name: "store",
  args: "[action] [file]",
  actions: ["info", "migrate", "check", "backup", "prune", "copy"],
  summary: "the store itself: info, migrate, check, backup FILE, prune, copy to a server",
  options: [
    ["--older-than <time>", "prune: observations and units from before, e.g. 90d; what verdicts are made of stays"],
    ["--dry-run", "prune: only say what would go"],
    ["--to <url>", "copy: the server, postgres://USER@HOST/DATABASE (the password comes from PGPASSWORD)"],
    ["--yes", "copy: the file takes no more writes afterwards"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops store info",
    "agentops store check",
    "agentops store backup ~/agentops-2026-11-29.db",
    "agentops store prune --older-than 90d --dry-run",
    "agentops store copy --to postgres://agentops@db.example/agentops --yes",
  ],
  action: () => import("./run.ts"),
};
