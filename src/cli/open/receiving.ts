import { durationMs } from "../../core/duration.ts";
import type { Project } from "../../core/project.ts";
import { addressOf } from "../../registry/files.ts";
import { namesOfFiles } from "../../registry/known-names.ts";
import type { Store } from "../../state/store.ts";
import { type Keeper, keeperFor } from "../../traces/keep/keeper.ts";
import { type OutcomeOptions } from "../../traces/outcomes.ts";
import { tracePrices } from "../../traces/price.ts";
import type { ReceiveOptions } from "../../traces/receive.ts";
import type { CommandContext } from "../context.ts";
import { turningRecorderOf } from "./recorder.ts";

/** How a project takes traces in, whichever way they come. */
export interface Receiving {
  receive: ReceiveOptions & { keep: Keeper };
  outcomes: OutcomeOptions;
}

/** A task that has not ended an hour after its last step is missing, unless `outcomes:` says when. */
const SETTLE_MS = 3_600_000;

export async function receivingOf(context: CommandContext, project: Project, store: Store): Promise<Receiving> {
  const { config, environment, root } = project;
  const names = namesOfFiles(root);
  const { clock } = context;
  return {
    receive: {
      ...{ store, clock, keep: keeperFor(project), priceOf: await tracePrices(config) },
      targetOf: (agent) => (names.has(addressOf("agents", agent)) ? addressOf("agents", agent) : null),
    },
    outcomes: {
      ...{ store, clock, environment, environments: config.environments ?? [environment] },
      recorder: turningRecorderOf(context, store, store.address.markers),
      settleMs: (target) => {
        const bare = target.slice(target.indexOf("/") + 1);
        const { settle } = config.outcomes?.[target] ?? config.outcomes?.[bare] ?? {};
        return settle === undefined ? SETTLE_MS : (durationMs(settle) ?? SETTLE_MS);
      },
    },
  };
}
