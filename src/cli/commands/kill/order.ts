import { AgentopsError } from "../../../core/errors.ts";
import type { Location } from "../../../core/location.ts";
import type { Order } from "../../../kill/kill.ts";
import { meantBy, type NameSource, namesOfStore } from "../../../kill/names.ts";
import type { Switchboard } from "../../../kill/switchboard.ts";
import { namesOfFiles, namesOfTags } from "../../../registry/known-names.ts";

const EXAMPLE = {
  kill: 'agentops kill agents/refund-desk "refunds twice"',
  revive: 'agentops revive agents/refund-desk "v8 asks before it pays"',
};

/** What was typed after `kill` and `revive`: who or all, and why. Throws USAGE, REF_INVALID, ARTIFACT_NOT_FOUND. */
export async function orderOf(
  verb: "kill" | "revive",
  words: readonly string[],
  options: Record<string, unknown>,
  { board, location }: { board: Switchboard; location: Location },
): Promise<Omit<Order, "environment" | "actor">> {
  const all = options["all"] === true;
  if (!all && words.length === 0)
    throw new AgentopsError("USAGE", `nothing to ${verb}: NAME or --all`, { hint: EXAMPLE[verb] });
  const stored = namesOfStore(board);
  try {
    const sources = [...namesIn(location), ...stored.sources];
    const reason = options["reason"] as string | undefined;
    const typed = { words, reason, all, unknown: options["unknown"] === true };
    const names = await meantBy(verb, typed, sources);
    const targets = names.targets.map(({ target }) => target);
    return { targets, names, reason: names.reason };
  } finally {
    await stored.close();
  }
}

function namesIn({ found, root }: Location): NameSource[] {
  if (!found) return [nowhere("the files"), nowhere("the tags")];
  return [
    { name: "the files", ...namesOfFiles(root) },
    { name: "the tags", ...namesOfTags(root) },
  ];
}

function nowhere(name: string): NameSource {
  const fail = () => {
    throw new Error("no project here or above");
  };
  return { name, has: fail, all: fail };
}
