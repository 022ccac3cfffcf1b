/** What no screen shows although Unicode counts it among letters or symbols: a blank of Braille and of music. */
const BLANK = /[\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/gu;

/**
 * A reason as it is recorded: trimmed; undefined where nothing was said. Whoever reads it later has to see at least one letter, digit or
 * symbol: spaces, zero-width characters, dots and dashes say nothing.
 */
export function reasonIn(typed: string | undefined): string | undefined {
  return typed !== undefined && /[\p{L}\p{N}\p{S}]/u.test(typed.replace(BLANK, "")) ? typed.trim() : undefined;
}
