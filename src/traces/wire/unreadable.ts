/** Why a span cannot be kept: the message is the reason, in a few words. Readers throw it and readers catch it: it is no failure of the file. */
export class Unreadable extends Error {
  constructor(reason: string) {
    // A request may have a million bad spans. Nobody reads where each was found, and finding it out takes ten times as long as the rest.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = limit;
  }
}

/** The value, or why there is none; anything else that is thrown is a bug and goes on. */
export function attempt<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}
