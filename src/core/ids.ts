import { uuidv7 } from "uuidv7";

/** A new time-ordered id (UUIDv7, RFC 9562): ids sort by creation. */
export function newId(): string {
  return uuidv7();
}

/** A number in [0, 1) that nobody can repeat: where chance decides and no seed was given. */
export function chance(): number {
  return Math.random();
}
