import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { fileAddress } from "../state/address.ts";
import { crashAgentops } from "../testing/crash.ts";
import { binary, tempProject } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import { arrive, copyOf, done, outcomeOf, releaseProject, TARGET } from "../testing/release-project.ts";
import { type TestStore, withStore } from "../testing/store.ts";

const GOOD = { control: () => true, candidate: () => true };
const BAD = { control: () => true, candidate: () => false };
const REF = `${TARGET}@v2`;

const inStore = <T>(file: string, work: (store: TestStore) => Promise<T>) => withStore(fileAddress(file), work);

let dir: string;
/** Stores by what happens next in them. */
const stores = new Map<string, string>();

beforeAll(async () => {
  dir = await releaseProject();
  const fresh = join(tempProject(), ".agentops", "state.db");
  await done(dir, fresh, "promote", `${TARGET}@v1`);
  const from = async (store: string, ...steps: (string[] | ((store: string) => Promise<void>))[]) => {
    const copy = copyOf(store);
    for (const step of steps) await (Array.isArray(step) ? done(dir, copy, ...step) : step(copy));
    return copy;
  };
  const advance = ["canary", "advance", TARGET];
  const started = await from(fresh, ["canary", "start", REF, "--unobserved", "--fast"]);
  const some = await from(started, (store) => arrive(store, 200, GOOD));
  const proven = await from(some, advance, (store) => arrive(store, 400, GOOD));
  const promoting = await from(proven, advance, (store) => arrive(store, 50, GOOD));
  stores.set("nothing", join(tempProject(), ".agentops", "state.db"));
  stores.set("start", fresh);
  stores.set("step", some);
  stores.set("harm", await from(started, (store) => arrive(store, 400, BAD)));
  stores.set("last", promoting);
  stores.set("promote", proven);
  stores.set("rollback", await from(promoting, advance));
}, 120_000);

test.each<{ name: string; at: string; args: string[]; again?: number; phase: string }>([
  { name: "canary start", at: "start", args: ["canary", "start", REF, "--unobserved", "--fast"], again: 5, phase: "progressing" },
  { name: "canary advance that moves a step", at: "step", args: ["canary", "advance", TARGET], phase: "progressing" },
  { name: "canary advance that rolls back", at: "harm", args: ["canary", "advance", TARGET], phase: "rolled-back" },
  { name: "canary advance that promotes", at: "last", args: ["canary", "advance", TARGET], phase: "promoted" },
  { name: "promote that makes the store", at: "nothing", args: ["promote", REF], phase: "none" },
  { name: "promote without a rollout", at: "start", args: ["promote", REF], phase: "none" },
  { name: "promote with a rollout", at: "promote", args: ["promote", REF], phase: "promoted" },
  { name: "rollback of a rollout", at: "promote", args: ["rollback", TARGET, "--from", "v2"], again: 5, phase: "rolled-back" },
  { name: "rollback after promotion", at: "rollback", args: ["rollback", TARGET, "--from", "v2"], again: 5, phase: "rolled-back" },
])("kill -9 of $name at every write leaves it done or not begun", async ({ name, at, args, again, phase }) => {
  const before = stores.get(at)!;
  const calm = copyOf(before);
  const { code } = await binary(dir, args, { AGENTOPS_STORE: calm });
  const [begun, whole] = [await inStore(copyOf(before), outcomeOf), await inStore(calm, outcomeOf)];
  expect(whole.state?.phase ?? "none").toBe(phase);
  expect(whole).not.toEqual(begun);
  const found = { begun: 0, whole: 0 };

  /** Whether it was ended there. */
  const cut = async (crash: { when: "before" | "after"; at: number }) => {
    const store = copyOf(before);
    const env = { AGENTOPS_STORE: store };
    const run = await crashAgentops(dir, args, { env, crash });
    if (!run.crashed) {
      expect([run.code, run.writes], run.stderr).toEqual([code, crash.at - 1]);
      return false;
    }
    const what = `${name}, ${crash.when} write ${crash.at}`;
    // The command itself must find its way on from what is left there, so others look at a copy.
    const left = await inStore(copyOf(store), async (open) => ({ wrong: await halfDone(open), outcome: await outcomeOf(open) }));
    expect(left.wrong, what).toEqual([]);
    const isWhole = JSON.stringify(left.outcome) === JSON.stringify(whole);
    found[isWhole ? "whole" : "begun"] += 1;
    if (!isWhole) expect(left.outcome, what).toEqual(begun);
    const next = await binary(dir, args, env);
    expect(next.code, `${what}, again: ${next.stderr}`).toBe(isWhole ? (again ?? code) : code);
    expect(await inStore(store, outcomeOf), `${what}, again`).toEqual(whole);
    expect(await inStore(store, halfDone), `${what}, again`).toEqual([]);
    return true;
  };
  let writes = 0;
  while (await cut({ when: "before", at: writes + 1 })) writes += 1;
  expect(await cut({ when: "after", at: writes })).toBe(true);
  process.stdout.write(`\nkill -9 of ${name}: ${writes} writes, ${found.begun} times not begun, ${found.whole} times done\n`);
  expect(writes).toBeGreaterThanOrEqual(5);
  expect(found.whole).toBeGreaterThan(0);
}); // prettier-ignore
