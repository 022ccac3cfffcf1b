import { AgentopsError, exitCodeOf } from "../core/errors.ts";
import { directCommand } from "./direct.ts";
import { reportFailure } from "./failure.ts";
import type { GlobalFlags, Shell } from "./shell.ts";
import { version } from "./version.ts";

/** Runs one command line and returns the exit code; never throws and never exits by itself. */
export async function main(shell: Shell): Promise<number> {
  const args = shell.argv.slice(2);
  ignoreClosedPipe(shell);
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    // Before commander is loaded: scripts ask for the version in loops.
    shell.stdout.write(`${version()}\n`);
    return 0;
  }
  if (args[0] === "__complete") {
    const { complete } = await import("./commands/completion/complete.ts");
    complete(shell, args.slice(1));
    return 0;
  }
  const flags: GlobalFlags = {};
  const interrupt = listenForSignals(shell);
  try {
    const direct = directCommand(args);
    if (direct === undefined) {
      const { runProgram } = await import("./program.ts");
      return await runProgram(shell, args, flags, interrupt.signal);
    }
    Object.assign(flags, direct.flags);
    const [{ run }, { createContext }] = await Promise.all([direct.action(), import("./context.ts")]);
    return await run(createContext(shell, flags, interrupt.signal), direct.args, direct.options);
  } catch (error) {
    const { wantsColor } = await import("./context.ts");
    const cause: unknown = interrupt.signal.aborted ? interrupt.signal.reason : error;
    const shown: unknown = error instanceof AgentopsError ? error : cause;
    return reportFailure(shell, flags, shown, wantsColor(shell, flags, shell.stderr));
  } finally {
    interrupt.stop();
  }
}

/** The first signal asks running work to stop and keep what it did; a second one ends the process at once. */
function listenForSignals(shell: Shell): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const handler = (name: string, code: "INTERRUPTED" | "TERMINATED" | "HUNG_UP", exit: number) => () => {
    if (controller.signal.aborted) {
      shell.stderr.write(
        `stopped at once by ${name}: what was under way may be half done; run the command again, or git tag and agentops status say what there is\n`,
      );
      shell.exit(exit);
    }
    controller.abort(new AgentopsError(code, `stopped by ${name}`));
  };
  const onInt = handler("SIGINT", "INTERRUPTED", 130);
  const onFull = () => undefined;
  const onTerm = handler("SIGTERM", "TERMINATED", 143);
  const onHup = handler("SIGHUP", "HUNG_UP", 129);
  shell.on("SIGINT", onInt);
  shell.on("SIGTERM", onTerm);
  shell.on("SIGHUP", onHup);
  // A file at its size limit is a full disk: an error to handle, not the end of the process.
  shell.on("SIGXFSZ", onFull);
  const stop = () => {
    shell.off("SIGINT", onInt);
    shell.off("SIGTERM", onTerm);
    shell.off("SIGHUP", onHup);
    shell.off("SIGXFSZ", onFull);
  };
  return { signal: controller.signal, stop };
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
