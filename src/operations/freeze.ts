import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { frozenNow } from "../rollout/freeze.store.ts";
import { OPERATORS } from "../state/locks.ts";
import type { Store } from "../state/store.ts";

/** `agentops freeze --json`, `agentops unfreeze --json`. */
export const freezeSchema = z.object({
  schema: z.literal("agentops.freeze/1"),
  action: z.enum(["freeze", "unfreeze"]),
  env: z.string(),
  frozen: z
    .object({ ...actedShape, reason: z.string(), at: z.string(), until: z.string() })
    .nullable()
    .describe("what is in force now"),
  replaced: z
    .object({ ...actedShape, reason: z.string(), at: z.string(), until: z.string() })
    .nullable()
    .describe("what was in force before and is not any more"),
  changed: z.boolean().describe("false where it was so already"),
});

export type FreezeDocument = z.infer<typeof freezeSchema>;

export interface FreezeOrder {
  environment: string;
  actor: string;
  reason: string;
  /** ISO 8601. */
  at: string;
  /** Until when; null lifts it. */
  until: string | null;
}

/** Nothing is released and nothing climbs in an environment until then; harm is still undone, rollback and kill stay possible. */
export function freeze(store: Store, order: FreezeOrder): Promise<FreezeDocument> {
  const { environment, actor, reason, at, until } = order;
  return store.inTransaction(
    async (tx) => {
      const before = await frozenNow(tx, environment, at);
      const changed = until === null ? before !== null : before?.until !== until || before.reason !== reason;
      if (changed)
        await appendAuditEvent(tx, {
          ...{ at, actor, reason, environment, target: "all" },
          action: until === null ? "unfreeze" : "freeze",
          before: before === null ? null : { ...before },
          after: until === null ? null : { until },
        });
      return {
        schema: "agentops.freeze/1",
        action: until === null ? "unfreeze" : "freeze",
        env: environment,
        frozen: await frozenNow(tx, environment, at),
        replaced: changed ? before : null,
        changed,
      };
    },
    { locks: [OPERATORS] },
  );
}
