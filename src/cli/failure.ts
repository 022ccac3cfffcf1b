import { AgentopsError, exitCodeOf, messageOf } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import type { Problem } from "../core/problems.ts";
import { isStoreError } from "../state/errors.ts";
import { storeCodeOf, wayOut, whyNot } from "../state/why-not.ts";
import type { GlobalFlags, Shell } from "./shell.ts";

/** Writes an error to stderr (JSON under --json) and returns the exit code. Stacks only under --debug. */
export function reportFailure(shell: Shell, flags: GlobalFlags, thrown: unknown, color: boolean): number {
  const error = explained(thrown);
  const asJson = flags.json === true || flags.format === "json";
  shell.stderr.write(asJson ? `${JSON.stringify(errorDocument(error))}\n` : errorText(error, color));
  if (flags.debug === true && error instanceof Error) shell.stderr.write(`${error.stack ?? ""}\n`);
  return exitCodeOf(error);
}

/** What the store says, in words: one that is busy, full, damaged or out of reach is no bug of ours. */
function explained(error: unknown): unknown {
  if (error instanceof AgentopsError || !isStoreError(error)) return error;
  const code = storeCodeOf(error);
  const otherwise = code === "STORE_FAILED" ? "nothing is half done; repeat the command" : undefined;
  return new AgentopsError(code, `the store did not take it: ${whyNot(error)}`, {
    hint: wayOut(error, otherwise),
    cause: error,
  });
}

function errorDocument(error: unknown): unknown {
  const known = error instanceof AgentopsError;
  return {
    schema: "agentops.error/1",
    error: {
      code: known ? error.code : "INTERNAL",
      message: messageOf(error),
      ...(known && error.hint !== undefined && { hint: error.hint }),
      ...(known && error.details !== undefined && { details: error.details }),
    },
  };
}

function errorText(error: unknown, color: boolean): string {
  const red = (text: string) => (color ? `\u001b[31m${text}\u001b[39m` : text);
  if (!(error instanceof AgentopsError)) {
    return `${red("error:")} ${printable(messageOf(error))} [INTERNAL]\nhint: this is a bug of ours; run again with --debug and report it\n`;
  }
  const problems = problemsOf(error);
  const body =
    problems.length > 1
      ? problems
          .map((p) => `${red("error:")} ${p.file}:${p.line}:${p.column}: ${printable(p.message)} [${error.code}]\n`)
          .join("")
      : `${red("error:")} ${printable(error.message)} [${error.code}]\n`;
  return body + (error.hint === undefined ? "" : `hint: ${printable(error.hint)}\n`);
}

function problemsOf(error: AgentopsError): Problem[] {
  const problems = error.details?.["problems"];
  return Array.isArray(problems) ? (problems as Problem[]) : [];
}
