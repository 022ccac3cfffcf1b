import { parseArgs, type ParseArgsConfig } from "node:util";
import type { CommandSpec } from "./command.ts";
import type { GlobalFlags } from "./shell.ts";

/** What someone on call types runs without the command parser: loading that is most of the time such a command takes. */
const COMMANDS: Readonly<Record<string, CommandSpec["action"]>> = {
  kill: () => import("./commands/kill/run.ts"),
  revive: () => import("./commands/revive/run.ts"),
  status: () => import("./commands/status/run.ts"),
};
const OPTIONS = {
  all: { type: "boolean" },
  reason: { type: "string" },
  C: { type: "string", short: "C" },
  config: { type: "string" },
  env: { type: "string" },
  actor: { type: "string" },
  format: { type: "string" },
  output: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  debug: { type: "boolean" },
  "no-color": { type: "boolean" },
} satisfies ParseArgsConfig["options"];

export interface DirectCommand {
  action: CommandSpec["action"];
  args: string[];
  options: Record<string, unknown>;
  flags: GlobalFlags;
}

/** A plain call of one of these commands; undefined for everything else, which the command parser then takes or explains. */
export function directCommand(typed: string[]): DirectCommand | undefined {
  const action = Object.hasOwn(COMMANDS, typed[0] ?? "") ? COMMANDS[typed[0] ?? ""] : undefined;
  if (action === undefined) return undefined;
  try {
    const { values, positionals } = parseArgs({ args: typed.slice(1), options: OPTIONS, allowPositionals: true });
    const { all, reason, "no-color": noColor, ...flags } = values;
    const status = typed[0] === "status";
    if (positionals.length > (status ? 0 : 1)) return undefined;
    if (status && (all !== undefined || reason !== undefined)) return undefined;
    return {
      action,
      args: positionals,
      options: { all, reason },
      flags: { ...flags, ...(noColor === true && { color: false }) },
    };
  } catch {
    return undefined;
  }
}
