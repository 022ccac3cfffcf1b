import { AgentopsError } from "../core/errors.ts";
import { directCommand } from "./direct.ts";
import { reportFailure } from "./failure.ts";
import type { GlobalFlags, Shell } from "./shell.ts";

/** Runs the command that was typed and returns its exit code; what it throws, it says. */
export async function runCommandLine(shell: Shell, args: string[]): Promise<number> {
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
