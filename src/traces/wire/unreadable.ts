/** Why a span cannot be kept: the message is the reason, in a few words. Readers throw it and readers catch it: it is no failure of the file. */
export class Unreadable extends Error {}

/** The value, or why there is none; anything else that is thrown is a bug and goes on. */
export function attempt<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}
