/** C0 and C1 control characters other than tab and line break, and DEL. */
const CONTROL = /[^\P{Cc}\t\n]/gu;

/**
 * Text of unknown origin, safe to show on a terminal: control characters are spelled out, so that an answer of a model
 * cannot clear the screen, set a title or hide a line.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
