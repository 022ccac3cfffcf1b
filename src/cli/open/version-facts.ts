import type { Project } from "../../core/project.ts";
import { messageOf } from "../../core/errors.ts";
import { fileAddress } from "../../state/address.ts";
import { openBareToRead } from "../../state/bare.ts";
import type { BareReader } from "../../state/store.ts";
import { versionFacts, type VersionFacts } from "../../status/version-facts.ts";
import type { CommandContext } from "../context.ts";
import { addressFor, runsFileFor } from "./address.ts";

/** Versions live in git: a store that does not answer delays what it would add, and no more. */
const WAIT_MS = 2000;

/** Adds to versions what the stores know of them, which are only read; without a store, or with one that cannot be read, nothing. */
export async function withFacts<V extends { version: string | null; digest: string | null }>(
  context: CommandContext,
  project: Project,
  target: string,
  versions: readonly V[],
): Promise<(V & VersionFacts)[]> {
  const { shell } = context;
  const opened: BareReader[] = [];
  const open = async (what: string, address: () => Parameters<typeof openBareToRead>[0]) => {
    try {
      const reader = await openBareToRead(address(), WAIT_MS, WAIT_MS);
      if (reader !== undefined) opened.push(reader);
      return reader;
    } catch (error) {
      context.note(`warning: ${what} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  };
  const runs = await open("runs", () => fileAddress(runsFileFor(shell, project)));
  const shared = await open("what is served", () => addressFor(shell, project));
  try {
    const markers = shared === undefined ? null : addressFor(shell, project).markers;
    const { facts, problems } = await versionFacts({ runs, shared, markers }, target, versions);
    for (const problem of problems) context.note(`warning: ${problem}`);
    return versions.map((version, i) => ({ ...version, ...(facts[i] as VersionFacts) }));
  } finally {
    await Promise.all(opened.map((reader) => reader.close()));
  }
}
