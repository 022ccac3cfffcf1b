/** A line that says something; numbers are 1-based. */
export interface Line {
  text: string;
  line: number;
}

/** The lines of a text that comes in pieces, some at once; blank ones and a byte order mark are left out. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let rest = "";
  let line = 0;
  const numbered = (texts: string[]): Line[] =>
    texts.flatMap((raw) => {
      line += 1;
      const text = line === 1 && raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
      return text.trim() === "" ? [] : [{ text: text.endsWith("\r") ? text.slice(0, -1) : text, line }];
    });
  for await (const piece of pieces) {
    const texts = piece.split("\n");
    texts[0] = rest + (texts[0] ?? "");
    rest = texts.pop() ?? "";
    yield numbered(texts);
  }
  yield numbered([rest]);
}
