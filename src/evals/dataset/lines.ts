const LINE_FEED = 0x0a;

/**
 * The lines of a text file, without the line feeds that end them: JSON text may contain U+2028 and U+2029 as they are, at which readline
 * splits too from Node 24 on. The text is decoded line by line, so that memory does not grow with the file.
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield decoded([...parts, chunk.subarray(start, end)]);
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield decoded(parts);
}

function decoded(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString("utf8");
}
