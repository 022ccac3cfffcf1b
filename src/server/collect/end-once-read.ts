import type { IncomingMessage, ServerResponse } from "node:http";

/** As long as a client on a slow line may need to read its answer. */
const MOST_MS = 2000;

/**
 * Ends a connection whose answer was written before its request was read. Closing it at once would throw the answer away, since the client
 * still writes: so what comes is dropped unread, for a while, and up to `most` bytes.
 */
export function endOnceRead(request: IncomingMessage, response: ServerResponse, most: number): void {
  let dropped = 0;
  const end = () => {
    clearTimeout(timer);
    response.end();
    request.socket.destroySoon();
  };
  const timer = setTimeout(end, MOST_MS);
  request.on("data", (piece: Buffer) => {
    dropped += piece.length;
    if (dropped > most) end();
  });
  request.once("end", end);
  request.once("close", end);
  request.on("error", end);
  request.resume();
}
