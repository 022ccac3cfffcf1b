import { Readable } from "node:stream";
import { type Problem, throwOnErrors } from "../core/problems.ts";
import { linesOf, type Pieces } from "../core/utf8.ts";
import type { Store } from "../state/store.ts";
import type { LineKind } from "./lines.ts";
import { type Named, type Unknown, unknownAmong, unknownWords } from "./unknown.ts";

interface Source {
  /** How messages name it. */
  name: string;
  open: () => Pieces;
  environment: string;
}

/** What comes from a pipe comes once, and whether all of it is known shows at its end: it waits in memory. */
export async function readWhole<T extends Pick<Source, "open">>(request: T): Promise<T & { rereadable: true }> {
  const pieces: (Uint8Array | string)[] = [];
  for await (const piece of request.open()) pieces.push(piece);
  return { ...request, open: () => Readable.from(pieces), rereadable: true };
}

/** Throws FILE_INVALID with the first line of each target, version and rollout that the store does not know. */
export async function refuseUnknown<T extends Named>(
  { parse }: LineKind<T>,
  { name, open, environment }: Source,
  { db }: Store,
): Promise<void> {
  const firstLines = new Map<string, { line: number; named: T }>();
  for await (const lines of linesOf(open()))
    for (const each of lines) {
      const parsed = parse(each);
      if (!("value" in parsed)) continue;
      const { target, version, rollout = "" } = parsed.value;
      const key = `${target} ${version} ${rollout}`;
      if (!firstLines.has(key)) firstLines.set(key, { line: each.line, named: parsed.value });
    }
  const seen = [...firstLines.values()];
  const unknowns = await unknownAmong(db, environment, seen.map(({ named }) => named)); // prettier-ignore
  throwOnErrors(
    unknowns.map((unknown): Problem => {
      const line = seen.find(({ named }) => isOf(named, unknown))?.line ?? 1;
      return { severity: "error", rule: "unknown", file: name, line, column: 1, ...unknownWords(unknown, environment) };
    }),
  );
}

function isOf({ target, version, rollout }: Named, unknown: Unknown): boolean {
  const its = { target, version, rollout }[unknown.of];
  return target === unknown.target && its === unknown.name;
}
