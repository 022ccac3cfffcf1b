import { AgentopsError, exitCodeOf } from "../core/errors.ts";
import { DEFAULT_WIDTH, type Shell } from "./shell.ts";
import { version } from "./version.ts";

/** The text of `agentops --help` at {@link DEFAULT_WIDTH}, which `scripts/build.js` writes into the command line; nobody writes it elsewhere. */
declare const BUILT_HELP: string | undefined;

/** Runs one command line and returns the exit code; never throws and never exits by itself. */
export async function main(shell: Shell): Promise<number> {
  const args = shell.argv.slice(2);
  ignoreClosedPipe(shell);
  const answer = knownAnswer(shell, args);
  if (answer !== undefined) {
    shell.stdout.write(answer);
    return 0;
  }
  if (args[0] === "__complete") {
    const { complete } = await import("./commands/completion/complete.ts");
    complete(shell, args.slice(1));
    return 0;
  }
  const { runCommandLine } = await import("./command-line.ts");
  return runCommandLine(shell, args);
}

/** What is known before anything is loaded: scripts ask for the version in loops, and whoever asks for help waits for it. */
function knownAnswer(shell: Shell, args: readonly string[]): string | undefined {
  if (args.length > 1) return undefined;
  const [typed = "--help"] = args;
  if (typed === "--version" || typed === "-V") return `${version()}\n`;
  const asksForHelp = typed === "--help" || typed === "-h" || typed === "help";
  const isAsBuilt = (shell.stdout.columns ?? DEFAULT_WIDTH) === DEFAULT_WIDTH;
  return asksForHelp && isAsBuilt && typeof BUILT_HELP !== "undefined" ? BUILT_HELP : undefined;
}

/** `agentops … | head` closes the pipe early; that is the reader's choice, not an error. What else cannot be written is said where it can. */
function ignoreClosedPipe(shell: Shell): void {
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      if (stream === shell.stdout) shell.stderr.write(`error: stdout cannot be written [${error.code ?? "unknown"}]\n`);
      shell.exit(exitCodeOf(new AgentopsError("OUTPUT_FAILED", "stdout cannot be written")));
    });
  }
}
