import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ENGINE } from "../../testing/engine.ts";
import { KEY, moodChanges, moodyProject, startMoody } from "../../testing/moody-provider.ts";
import { agentops } from "../../testing/project.ts";
import { fileAddress } from "../../state/address.ts";
import { newStoreAddress, openTestStore } from "../../testing/store.ts";

let provider: Awaited<ReturnType<typeof startMoody>> | undefined;
afterEach(() => provider?.close());

test("a trade that a person took is in the store's audit, and the run that it is of lets promote through", async () => {
  provider = await startMoody({ main: (n) => ({ text: n % 5 === 0 ? "no" : "yes" }), better: () => ({ tokens: 20 }) });
  const dir = await moodyProject(provider.baseUrl, "gate: { p95LatencyMs: { maxIncrease: false } }\n");
  await moodChanges(dir, "better");
  const file = join(dir, ".agentops", "state.db");
  const address = ENGINE === "sqlite" ? fileAddress(file) : await newStoreAddress();
  const store = await openTestStore({ address });
  const run = (...args: string[]) => agentops(dir, args, { ...KEY, AGENTOPS_STORE: address.location });
  const events = () => store.rows(`SELECT actor, environment, target, reason, "after" FROM "auditEvents" WHERE action = 'gate.accept'`); // prettier-ignore
  await run("publish", "p", "--no-push");
  const open = await run("gate", "--base", "main", "--actor", "ada");
  expect([open.code, await events()]).toEqual([3, []]);
  expect((await run("promote", "p@v1")).code).toBe(5);
  const taken = await run("gate", "--base", "main", "--accept", "fewer wrong answers", "--actor", "ada", "--json");
  expect(taken.code, taken.stderr).toBe(0);
  const told = { actor: "ada", environment: "*", target: "prompts/p", reason: "fewer wrong answers" };
  const [event] = (await events()) as { after: string }[];
  expect(event).toMatchObject(told);
  const { id, comparison } = JSON.parse(taken.stdout).runs[0];
  expect(JSON.parse(event!.after)).toMatchObject({
    ...{ run: id, control: comparison.control.run, suite: "s", version: "v1" },
    trades: [{ check: "costPerTaskUsd.maxIncrease", observed: 0.5, threshold: 0.2, successRate: 0.2 }],
  });
  expect(await run("promote", "p@v1")).toMatchObject({ code: 0 });
  expect((await run("history", "prompts/p")).stdout).toMatch(/gate\.accept +v1 .*ada +fewer wrong answers/);
});
