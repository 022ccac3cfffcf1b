import { z } from "zod";

/** A server stores no NUL, and a file that does would not be copied to one. */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, "a text without NUL");
