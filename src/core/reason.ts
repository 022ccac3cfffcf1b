import { withoutUnseen } from "./printable.ts";

/**
 * A reason as it is recorded: trimmed; undefined where nothing was said. Whoever reads it later has to see at least one letter, digit or
 * symbol: spaces, zero-width characters, dots and dashes say nothing.
 */
export function reasonIn(typed: string | undefined): string | undefined {
  return typed !== undefined && /[\p{L}\p{N}\p{S}]/u.test(withoutUnseen(typed)) ? typed.trim() : undefined;
}
