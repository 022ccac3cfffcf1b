/** C0 and C1 control characters other than tab and line break, and DEL; and what changes the direction of the text after it (UAX 9). */
const CONTROL = /[^\P{Cc}\t\n]|\p{Bidi_Control}/gu;

/**
 * Text of unknown origin, safe to show on a terminal: control characters are spelled out, so that an answer of a model
 * cannot clear the screen, set a title, hide a line or show one the other way round.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (c) => {
    const code = c.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

/**
 * What no screen shows: besides what Unicode says so of, blanks that it counts among letters and symbols (of Braille, of music, of
 * hieroglyphs) and the place of an object that no text has.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/gu;

export function withoutUnseen(text: string): string {
  return text.replace(UNSEEN, "");
}

/** Whether a name could be somebody's: at least one letter, of any script, that a screen shows. */
export function namesSomebody(text: string): boolean {
  return /\p{L}/u.test(withoutUnseen(text));
}
