import { expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { BEGIN, minutesLater as at, promoted, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { replayRollout } from "./replay.ts";
import { startRollout } from "./start.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };
const settings = { steps: [0.5, 1], stepTime: "2h" };

async function begun(store: TestStore) {
  await promoted(store, { version: "v1" });
  const release = { target: place.target, version: "v2", digest: "sha256:2", content: "{}", gitCommit: "2".repeat(40), publishedBy: "ada", publishedAt: BEGIN }; // prettier-ignore
  const rest = { at: BEGIN, actor: "ada", reason: "for a test", admit: () => Promise.resolve({ overridden: [] }) };
  return startRollout(store, { id: "r1", environment: "production", release, settings, ...rest });
}

/** A request each of 100 units of both arms, of which every twentieth fails; of the candidate `bad` more. */
async function requests(store: TestStore, minutes: number, bad = 0) {
  const lines = ["v1", "v2"].flatMap((version) =>
    Array.from({ length: 100 }, (_, i) => {
      const success = i % 20 !== minutes % 20 && !(version === "v2" && i < bad);
      return { target: place.target, version, unit: `${version}-${i}`, success, at: at(minutes), rollout: "r1", weight: 0.5 }; // prettier-ignore
    }),
  );
  await recorderFor(store).record(place.environment, lines, new Date(at(minutes)));
  return advance(store, place, turnBy(store, at(minutes)));
}

test("a candidate that breaks after all its units were counted is taken back, says why, and is decided again the same", async () => {
  const store = await openTestStore();
  await begun(store);
  for (const minutes of [1, 20, 40, 61])
    expect((await requests(store, minutes)).rollout.state.phase).toBe("progressing");
  const counted = await requests(store, 90);
  expect(counted.rollout.evidence.candidateUnits).toBe(100);
  expect(counted.judged.guardrails.find(({ name }) => name === "success.requests")).toMatchObject({ candidate: { n: 500, rate: 0.95 }, verdict: "undecided" }); // prettier-ignore
  const { rollout, judged } = await requests(store, 121, 60);
  expect(rollout.state.phase).toBe("rolled-back");
  expect(judged.guardrails.filter(({ verdict }) => verdict === "harm").map(({ name }) => name)).toEqual(["success.requests"]); // prettier-ignore
  const { analysis } = await rolloutView(store.db, rollout, { at: at(122), held: null });
  expect(analysis.reasons.map(reasonText)[0]).toMatch(/^success\.requests: of all requests, also of units that were counted before, the candidate has 8\d\.\d+ % of 600, the control 95 % of 600: it broke \(E /); // prettier-ignore
  expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
});
