import { HOUR } from "./traffic.js";

const MINUTE = 60_000;

/** As rollout/outcomes.ts freezes `outcomes: { settle }`, with hours where the config has a text. */
export function rulesOf({ outcomes }) {
  if (outcomes === undefined) return undefined;
  return { settleMs: outcomes.settleHours * HOUR, maxOpen: 0.05, missing: "unknown" };
}

/** What waits as in observations/settle.ts: by the minute it was served, then by the moment. */
export function waitingRoom(settleMs) {
  const minutes = new Map();
  let settledTo = 0;
  return {
    /** False where its minute was counted already. */
    put(event) {
      const minute = Math.floor(event.servedAt / MINUTE);
      if (minute < settledTo) return false;
      const its = minutes.get(minute);
      if (its === undefined) minutes.set(minute, [event]);
      else its.push(event);
      return true;
    },
    /** What has settled by a moment, in order; once. */
    *settled(ms) {
      const until = Math.floor((ms - settleMs) / MINUTE);
      for (; settledTo < until; settledTo++) {
        const its = minutes.get(settledTo) ?? [];
        minutes.delete(settledTo);
        yield* its.sort((a, b) => a.servedAt - b.servedAt);
      }
    },
  };
}
