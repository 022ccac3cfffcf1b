import { expect, test } from "vitest";
import { openShares, servedHours } from "../rollout/arrivals.store.ts";
import { openIn } from "../rollout/late.ts";
import { lookAt } from "../rollout/look.ts";
import { replayRollout } from "../rollout/replay.ts";
import { type Rollout, rolloutBySeq } from "../rollout/rollouts.store.ts";
import type { Store } from "../state/store.ts";
import { BEGIN, closeLook, minutesLater, startedRollout, stepUp } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { minuteOf } from "./exposure-token.ts";
import type { Exposures } from "./exposures.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";

const NOW = new Date(minutesLater(6000));
const ID = "0199f000-0000-7000-8000-000000000001";
const FIRST = minuteOf(BEGIN);

type Event =
  | { served: Exposures[]; batch?: number }
  | { known: Observation }
  | ((store: Store, rollout: Rollout) => Promise<unknown>);

/** Answers to a unit in a minute of the rollout. */
const served = (unit: string, version: string, minute: number, more: Partial<Exposures> = {}): Event => ({
  served: [{ target: "prompts/x", version, minute: FIRST + minute, n: 1, unit, rollout: ID, weight: 0.05, ...more }],
});
const known = (unit: string, version: string, minute: number, more: Partial<Observation> = {}): Event => ({
  known: {
    target: "prompts/x",
    version,
    unit,
    success: true,
    at: minutesLater(minute),
    rollout: ID,
    weight: 0.05,
    ...more,
  },
});
const UNSAID = { rollout: undefined, weight: undefined };
const closed: Event = (store, rollout) => closeLook(store, rollout);
const up =
  (minute: number): Event =>
  (store, rollout) =>
    stepUp(store, rollout, minutesLater(minute));

interface Case {
  does: Event[];
  /** `look weight arm: exposed -superseded`, `minute arm: known of exposed`, `look weight arm: n of success`. */
  arrivals: string[];
  minutes: string[];
  tallies: string[];
  plan?: object;
}

const CASES: Record<string, Case> = {
  "a unit that is served arrives once, whatever it asks": {
    does: [served("a", "v1", 3), served("a", "v1", 3), served("a", "v1", 5)],
    arrivals: ["1 0.05 control: 1"],
    minutes: ["3 control: 0 of 1"],
    tallies: [],
  },
  "its first outcome is known in the minute it was served, and counts in the look that is open then": {
    does: [served("a", "v2", 3), closed, closed, known("a", "v2", 90), known("a", "v2", 91)],
    arrivals: ["1 0.05 candidate: 1"],
    minutes: ["3 candidate: 1 of 1"],
    tallies: ["3 0.05 candidate: 1"],
  },
  "an outcome proves that its unit was served, so its exposure counts no more": {
    does: [known("a", "v1", 4), served("a", "v1", 3), known("a", "v1", 5)],
    arrivals: ["1 0.05 control: 1"],
    minutes: ["4 control: 1 of 1"],
    tallies: ["1 0.05 control: 1"],
  },
  "one that says no weight is of the weight that its unit was served at, whatever is in force when it is reported": {
    does: [served("a", "v1", 3), served("b", "v2", 4), up(60), known("a", "v1", 61, UNSAID), known("b", "v2", 61, UNSAID), known("c", "v1", 61, UNSAID)], // prettier-ignore
    arrivals: ["1 0.05 candidate: 1", "1 0.05 control: 1", "1 0.25 control: 1"],
    minutes: ["3 control: 1 of 1", "4 candidate: 1 of 1", "61 control: 1 of 1"],
    tallies: ["1 0.05 candidate: 1", "1 0.05 control: 1", "1 0.25 control: 1"],
  },
  "its minute is that of what was served, where the outcome says so": {
    does: [known("a", "v1", 90, { exposure: `${Date.parse(minutesLater(7)).toString(36)}-abc-1` })],
    arrivals: ["1 0.05 control: 1"],
    minutes: ["7 control: 1 of 1"],
    tallies: ["1 0.05 control: 1"],
  },
  "a unit of the control that is drawn anew is superseded, and arrives at its new weight": {
    does: [served("a", "v1", 3), up(60), served("a", "v2", 70, { weight: 0.25 }), known("a", "v1", 80), known("a", "v2", 90, { weight: 0.25 })], // prettier-ignore
    arrivals: ["1 0.05 control: 1 -1", "1 0.210526315789 candidate: 1"],
    minutes: ["3 control: 0 of 0", "70 candidate: 1 of 1"],
    tallies: ["1 0.210526315789 candidate: 1"],
  },
  "one of the candidate's is as well, and counts no more": {
    does: [served("a", "v2", 3), up(60), served("a", "v2", 70, { weight: 0.25 }), known("a", "v2", 80), known("a", "v2", 90, { weight: 0.25 }), served("a", "v2", 95, { weight: 0.5 })], // prettier-ignore
    arrivals: ["1 0.05 candidate: 1 -1"],
    minutes: ["3 candidate: 0 of 0"],
    tallies: [],
  },
  "whose outcome was known is not": {
    does: [served("a", "v2", 3), known("a", "v2", 4), served("a", "v2", 70, { weight: 0.25 }), served("b", "v1", 3), known("b", "v1", 4), served("b", "v1", 70, { weight: 0.25 })], // prettier-ignore
    arrivals: ["1 0.05 candidate: 1", "1 0.05 control: 1", "1 0.210526315789 control: 1"],
    minutes: ["3 candidate: 1 of 1", "3 control: 1 of 1", "70 control: 0 of 1"],
    tallies: ["1 0.05 candidate: 1", "1 0.05 control: 1"],
  },
  "a batch that is written again counts once": {
    does: [{ ...(served("a", "v1", 3) as { served: Exposures[] }), batch: 1 }, { ...(served("b", "v1", 3) as { served: Exposures[] }), batch: 1 }, { ...(served("c", "v1", 4) as { served: Exposures[] }), batch: 2 }], // prettier-ignore
    arrivals: ["1 0.05 control: 2"],
    minutes: ["3 control: 0 of 1", "4 control: 0 of 1"],
    tallies: [],
  },
  "one that was told alone counts once by its token": {
    does: [served("a", "v1", 3, { exposure: "x" }), served("b", "v1", 3, { exposure: "x" }), served("b", "v1", 3, { exposure: "y" })], // prettier-ignore
    arrivals: ["1 0.05 control: 2"],
    minutes: ["3 control: 0 of 2"],
    tallies: [],
  },
  "without a rollout and a weight those count that were in force": {
    does: [served("a", "v1", 3, { rollout: undefined, weight: undefined }), served("b", "v1", -9, { rollout: undefined })], // prettier-ignore
    arrivals: ["1 0.05 control: 1"],
    minutes: ["3 control: 0 of 1"],
    tallies: [],
  },
  "nobody, other rollouts, other versions and everybody are no arrivals": {
    does: [served("a", "v1", 3, { unit: undefined }), served("a", "v1", 3, { rollout: "other" }), served("a", "v9", 3), served("a", "v2", 3, { weight: 1 }), served("a", "v1", 3, { weight: 0 })], // prettier-ignore
    arrivals: [],
    minutes: [],
    tallies: [],
  },
  "a plan from before counts outcomes alone": {
    plan: { exposures: undefined },
    does: [served("a", "v1", 3), known("b", "v1", 4)],
    arrivals: [],
    minutes: [],
    tallies: ["1 0.05 control: 1"],
  },
};

test.each(Object.entries(CASES))("%s", async (_, { does, plan = { exposures: true }, ...counted }) => {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { id: ID, plan });
  const recorder = recorderFor(store);
  for (const event of does) {
    if (typeof event === "function") await event(store, rollout);
    else if ("known" in event) await recorder.record("production", [event.known], NOW);
    else {
      const from = event.batch === undefined ? undefined : { source: "s", batch: event.batch };
      await recorder.expose("production", { exposures: event.served, from }, NOW);
    }
  }
  const arrivals = await store.rows("SELECT * FROM arrivals ORDER BY look, weight, arm");
  const minutes = await store.rows('SELECT * FROM "servedMinutes" ORDER BY minute, arm');
  const tallies = await store.rows("SELECT * FROM tallies WHERE metric = 'success' ORDER BY look, weight, arm");
  expect({
    arrivals: arrivals.map(
      ({ look, weight, arm, exposed, superseded }) =>
        `${look} ${weight} ${arm}: ${exposed}${superseded > 0 ? ` -${superseded}` : ""}`,
    ),
    minutes: minutes.map(({ minute, arm, exposed, known: n }) => `${minute - FIRST} ${arm}: ${n} of ${exposed}`),
    tallies: tallies.map(({ look, weight, arm, n }) => `${look} ${weight} ${arm}: ${n}`),
  }).toEqual(counted);
});

test("what was served is counted by minute and version, and who was served by unit", async () => {
  const store = await openTestStore();
  await startedRollout(store, { id: ID, plan: { exposures: true } });
  const recorder = recorderFor(store);
  const exposures = [
    ...(served("a", "v1", 3, { n: 2 }) as { served: Exposures[] }).served,
    ...(served("a", "v1", 3) as { served: Exposures[] }).served,
    ...(served("b", "v1", 3, { unit: undefined, rollout: undefined, weight: undefined }) as { served: Exposures[] }).served, // prettier-ignore
  ];
  expect(await recorder.expose("production", { exposures }, NOW)).toEqual({ exposed: 4, repeated: 0 });
  expect(await store.rows('SELECT minute, version, exposed, n FROM "outcomeMinutes"')).toEqual([
    { minute: FIRST + 3, version: "v1", exposed: 4, n: 0 },
  ]);
  expect(await store.rows("SELECT minute, unit, arm, weight, n FROM exposures")).toEqual([
    { minute: FIRST + 3, unit: "a", arm: "control", weight: 0.05, n: 3 },
  ]);
});

/** Units u0… of each arm, served at 5 %; `knows` says whose outcome is known. */
async function judgedOf(
  knows: { control: number; candidate: number },
  units = { control: 19_000, candidate: 1000 },
): Promise<{ verdict: string; missing: number; ratio: number; differences: string[]; open: object }> {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { id: ID, plan: { exposures: true } });
  const recorder = recorderFor(store);
  const arms = [["v1", "control"], ["v2", "candidate"]] as const; // prettier-ignore
  const exposures = arms.flatMap(([version, arm]) =>
    Array.from({ length: units[arm] }, (__, i): Exposures => {
      return { target: "prompts/x", version, minute: FIRST + 1, n: 1, unit: `${arm}${i}`, rollout: ID, weight: 0.05 };
    }),
  );
  await recorder.expose("production", { exposures }, NOW);
  const outcomes = arms.flatMap(([version, arm]) =>
    Array.from({ length: knows[arm] }, (__, i): Observation => {
      return { target: "prompts/x", version, unit: `${arm}${i}`, success: i % 20 > 0, at: minutesLater(2), rollout: ID, weight: 0.05 }; // prettier-ignore
    }),
  );
  await recorder.record("production", outcomes, NOW);
  const looked = await store.inTransaction(async (tx) =>
    lookAt(tx, (await rolloutBySeq(tx, rollout.seq)) as Rollout, minutesLater(9)),
  );
  const { verdict, sampleRatio } = looked.judged;
  const { differences } = await replayRollout(store.db, looked.rollout);
  const open = await openShares(store.db, rollout, { olderThanMinute: FIRST + 2 });
  return {
    verdict,
    missing: openIn(await servedHours(store.db, rollout, { olderThanMinute: FIRST + 2 }))?.e ?? -1,
    ratio: sampleRatio.e,
    differences,
    open,
  };
}

const MISSING: Record<string, { knows: { control: number; candidate: number }; units?: { control: number; candidate: number }; verdict: string; differs: boolean }> = {
  "all known: promoted": { knows: { control: 19_000, candidate: 1000 }, verdict: "promote", differs: false },
  "as many missing in both arms: promoted": { knows: { control: 17_100, candidate: 900 }, verdict: "promote", differs: false },
  "a tenth of the candidate's missing: not invalid, and told": { knows: { control: 19_000, candidate: 900 }, verdict: "promote", differs: true },
  "more served than was drawn: invalid, though as many outcomes are known": { knows: { control: 9500, candidate: 500 }, units: { control: 19_000, candidate: 1600 }, verdict: "invalid", differs: true },
}; // prettier-ignore

test.each(Object.entries(MISSING))("%s", async (_, { knows, units, verdict, differs }) => {
  const found = await judgedOf(knows, units);
  expect(found).toMatchObject({ verdict, differences: [] });
  expect(found.missing >= 1000).toBe(differs);
  const served = units ?? { control: 19_000, candidate: 1000 };
  expect(found.open).toEqual({
    control: { exposed: served.control, open: served.control - knows.control },
    candidate: { exposed: served.candidate, open: served.candidate - knows.candidate },
  });
});
