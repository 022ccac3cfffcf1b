import type { CommandContext } from "./context.ts";

/** One command: its name and flags, and an action that returns the exit code. */
export interface CommandSpec {
  name: string;
  /** Commander's argument syntax: `[SUITE...]`. */
  args?: string;
  /** What `<action>` may be, for completion. */
  actions?: readonly string[];
  /** Refuses a second argument where one is expected: a word after it must not be lost in silence. */
  exact?: true;
  summary: string;
  options?: readonly (readonly [flags: string, description: string])[];
  examples?: readonly string[];
  /** Loaded only when the command runs. */
  action: () => Promise<{ run: CommandAction }>;
}

/** `args` are the positional arguments, variadic ones as arrays; `options` the command's own flags. */
type CommandAction = (context: CommandContext, args: unknown[], options: Record<string, unknown>) => Promise<number>;

export const FORMAT = (formats: string) => ["--format <format>", formats] as const;
export const OUTPUT = ["--output <file>", "write the document to FILE instead of stdout"] as const;
