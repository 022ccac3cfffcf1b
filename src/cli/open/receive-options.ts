import type { Project } from "../../core/project.ts";
import { addressOf } from "../../registry/files.ts";
import { namesOfFiles } from "../../registry/known-names.ts";
import type { Store } from "../../state/store.ts";
import { tracePrices } from "../../traces/price.ts";
import type { ReceiveOptions } from "../../traces/receive.ts";
import type { CommandContext } from "../context.ts";

/** What a project says of the spans it is given: what calls cost, and which of its agents calls itself so. */
export async function receiveOptions(
  { clock }: Pick<CommandContext, "clock">,
  project: Project,
  store: Store,
): Promise<ReceiveOptions> {
  const names = namesOfFiles(project.root);
  return {
    ...{ store, clock },
    priceOf: await tracePrices(project.config),
    targetOf: (agent) => (names.has(addressOf("agents", agent)) ? addressOf("agents", agent) : null),
  };
}
