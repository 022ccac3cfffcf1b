// eslint-disable-next-line no-control-regex -- colours take no place on the screen
const COLOUR = /\u001b\[[0-9;]*m/g;
/** A number keeps its unit, "p <" its value. */
const BREAK = /(?<=[^\s<=])(?= +(?![%<=]))/;
const LEAST_TEXT = 24;

/**
 * Breaks lines between words so that they fit a terminal; what follows hangs under the text of a "label  text" line, or is
 * indented a little where that would leave no room.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => (widthOf(line) <= width ? [line] : broken(line, width)))
    .join("\n");
}

function broken(line: string, width: number): string[] {
  const hang = " ".repeat(hangOf(line.replace(COLOUR, ""), width));
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(BREAK)) {
    if (current !== "" && widthOf(current) + widthOf(word) > width) {
      lines.push(current);
      current = hang + word.trimStart();
    } else current += word;
  }
  return [...lines, current];
}

function hangOf(plain: string, width: number): number {
  const label = /^ *\S+(?: \S+)* {2,}/.exec(plain)?.[0].length ?? 0;
  const indent = /^ */.exec(plain)?.[0].length ?? 0;
  return label > 0 && width - label >= LEAST_TEXT ? label : indent + 2;
}

function widthOf(text: string): number {
  return text.replace(COLOUR, "").length;
}
