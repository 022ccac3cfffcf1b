import { HOUR } from "./traffic.js";

const MINUTE = 60_000;

/** As rollout/outcomes.ts freezes `outcomes: { settle }`, with hours where the config has a text. */
export function rulesOf({ outcomes }) {
  return { settleMs: (outcomes?.settleHours ?? 0) * HOUR, maxOpen: 0.05, missing: "unknown" };
}

/** What waits as in observations/settle.ts: by the minute it was served, then by the moment. */
export function waitingRoom(settleMs) {
  const minutes = new Map();
  let settledTo = 0;
  const into = (kind, event) => {
    const minute = Math.floor(event.servedAt / MINUTE);
    if (minute < settledTo) return false;
    let its = minutes.get(minute);
    if (its === undefined) minutes.set(minute, (its = { served: [], outcomes: [] }));
    its[kind].push(event);
    return true;
  };
  return {
    serve: (event) => into("served", event),
    /** False where its minute was counted already. */
    put: (event) => into("outcomes", event),
    /** Minutes that have settled by a moment, in order; once. */
    *settled(ms) {
      const until = Math.floor((ms - settleMs) / MINUTE);
      for (; settledTo < until; settledTo++) {
        const its = minutes.get(settledTo);
        if (its === undefined) continue;
        minutes.delete(settledTo);
        its.served.sort((a, b) => a.weight - b.weight);
        its.outcomes.sort((a, b) => a.servedAt - b.servedAt);
        yield its;
      }
    },
  };
}
