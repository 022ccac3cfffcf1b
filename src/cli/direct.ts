import { parseArgs, type ParseArgsConfig } from "node:util";
import type { CommandSpec } from "./command.ts";
import { kill } from "./commands/kill/spec.ts";
import { lint } from "./commands/lint/spec.ts";
import { revive } from "./commands/revive/spec.ts";
import { status } from "./commands/status/spec.ts";
import type { GlobalFlags } from "./shell.ts";

/** What someone on call types, and an editor at each save, runs without the command parser: loading it, and telling it of every command, takes longer. */
const DIRECT: readonly CommandSpec[] = [kill, revive, status, lint];

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
  /** Those of a variadic one are one array, as the command parser gives them. */
  args: unknown[];
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
    const takesWords = spec.args?.endsWith("...]") === true;
    if (!takesWords && parsed.positionals.length > (spec.args === undefined ? 0 : 1)) return undefined;
    const { "no-color": noColor, ...values } = parsed.values;
    const entries = Object.entries(values);
    return {
      action: spec.action,
      args: takesWords ? [parsed.positionals] : parsed.positionals,
      options: Object.fromEntries(
        entries.filter(([name]) => Object.hasOwn(own, name)).map(([name, value]) => [camelCase(name), value]),
      ),
      flags: {
        ...Object.fromEntries(entries.filter(([name]) => Object.hasOwn(GLOBAL, name))),
        ...(noColor === true && { color: false }),
      },
    };
  } catch {
    return undefined;
  }
}

/** As the command parser names them. */
function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The command's own flags as `parseArgs` takes them: `-m, --reason <text>` has a value, `--all` has none. */
function ownOptions({ options = [] }: CommandSpec): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    options.flatMap(([flags]) => {
      const [, short, name = "", value] = /^(?:-(\w), )?--([\w-]+)( <\w+>)?$/.exec(flags) ?? [];
      const type = value === undefined ? "boolean" : "string";
      return Object.hasOwn(GLOBAL, name) ? [] : [[name, { type, ...(short !== undefined && { short }) }] as const];
    }),
  );
}
