import type { Readable, Writable } from "node:stream";

export type OutStream = Writable & { isTTY?: boolean; columns?: number };

/** Characters of a line where no terminal says how many it has. */
export const DEFAULT_WIDTH = 100;

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGXFSZ";

/** What a command may touch of the process; tests and `bin` pass the real one. */
export interface Shell {
  argv: string[];
  env: NodeJS.ProcessEnv;
  cwd(): string;
  stdin: Readable & { isTTY?: boolean };
  stdout: OutStream;
  stderr: OutStream;
  on(event: Signal, listener: () => void): unknown;
  off(event: Signal, listener: () => void): unknown;
  exit(code: number): never;
}

/** Flags every command takes. */
export interface GlobalFlags {
  C?: string;
  config?: string;
  env?: string;
  actor?: string;
  json?: boolean;
  quiet?: boolean;
  debug?: boolean;
  color?: boolean;
  output?: string;
  format?: string;
}
