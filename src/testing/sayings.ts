import { describe, expect, test } from "vitest";

/** What stands beside a code, in whichever member of the union has it. */
type Beside<T, C> = T extends { code: infer D } ? (C extends D ? Omit<T, "code"> : never) : never;

/** Every code of a union with the sentence a person reads: a new code asks for its own. */
type Sayings<T extends { code: string }> = { [C in T["code"]]: [Beside<T, C>, string][] };

export function testSayings<T extends { code: string }>(what: string, say: (coded: T) => string, all: Sayings<T>) {
  const rows = Object.entries<[object, string][]>(all).flatMap(([code, each]) =>
    each.map(([beside, sentence], i) => ({
      name: `${code} ${i + 1}`,
      coded: { code, ...beside } as unknown as T,
      sentence,
    })),
  );
  describe(what, () => {
    test.each(rows)("$name", ({ coded, sentence }) => {
      expect(say(coded)).toBe(sentence);
    });
  });
}
