import { AgentopsError } from "./errors.ts";

/** True for what the system says where there is no room, no quota, or the disk itself fails: nothing that was typed is wrong. */
export function isFull(code: string): boolean {
  return /^(ENOSPC|EDQUOT|EFBIG|EIO)$/.test(code);
}

/** OUTPUT_FAILED for a file that a full disk does not take, USAGE for a name that cannot be written; the cause's code is in the message. */
export function writeFailed(message: string, cause: unknown, hint?: string): AgentopsError {
  const { code = "error" } = cause as NodeJS.ErrnoException;
  const full = isFull(code);
  return new AgentopsError(full ? "OUTPUT_FAILED" : "USAGE", `${message}: ${code}`, {
    hint: full ? "make room, then run the command again" : hint,
    cause,
  });
}
