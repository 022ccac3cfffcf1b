import { parseArgs, type ParseArgsConfig } from "node:util";
import type { CommandSpec } from "./command.ts";
import { kill } from "./commands/kill/spec.ts";
import { revive } from "./commands/revive/spec.ts";
import { status } from "./commands/status/spec.ts";
import type { GlobalFlags } from "./shell.ts";

/** What someone on call types runs without the command parser: loading that is most of the time such a command takes. */
const DIRECT: readonly CommandSpec[] = [kill, revive, status];

const GLOBAL = {
  C: { type: "string", short: "C" },
  config: { type: "string" },
  env: { type: "string" },
  actor: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  debug: { type: "boolean" },
  "no-color": { type: "boolean" },
  // Of the command, and known to every one of these.
  format: { type: "string" },
  output: { type: "string" },
} satisfies ParseArgsConfig["options"];

export interface DirectCommand {
  action: CommandSpec["action"];
  args: string[];
  options: Record<string, unknown>;
  flags: GlobalFlags;
}

/** A plain call of one of these commands; undefined for everything else, which the command parser then takes or explains. */
export function directCommand(typed: string[]): DirectCommand | undefined {
  const spec = DIRECT.find(({ name }) => name === typed[0]);
  if (spec === undefined) return undefined;
  try {
    const own = ownOptions(spec);
    const parsed = parseArgs({ args: typed.slice(1), options: { ...own, ...GLOBAL }, allowPositionals: true });
    if (parsed.positionals.length > (spec.args === undefined ? 0 : 1)) return undefined;
    const { "no-color": noColor, ...values } = parsed.values;
    const entries = Object.entries(values);
    return {
      action: spec.action,
      args: parsed.positionals,
      options: Object.fromEntries(entries.filter(([name]) => Object.hasOwn(own, name))),
      flags: {
        ...Object.fromEntries(entries.filter(([name]) => Object.hasOwn(GLOBAL, name))),
        ...(noColor === true && { color: false }),
      },
    };
  } catch {
    return undefined;
  }
}

/** The command's own flags as `parseArgs` takes them: `--reason <text>` has a value, `--all` has none. */
function ownOptions({ options = [] }: CommandSpec): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    options.flatMap(([flags]) => {
      const [, name = "", value] = /^--([\w-]+)( <\w+>)?$/.exec(flags) ?? [];
      return Object.hasOwn(GLOBAL, name) ? [] : [[name, { type: value === undefined ? "boolean" : "string" }] as const];
    }),
  );
}
