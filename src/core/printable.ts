/**
 * Text of unknown origin, safe to show on a terminal: control characters other than tab and line break are spelled out,
 * so that an answer of a model cannot clear the screen, set a title or hide a line.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is spelled out
  return text.replace(
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
