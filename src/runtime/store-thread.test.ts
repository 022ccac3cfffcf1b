import { expect, test } from "vitest";
import { ENGINE } from "../testing/engine.ts";
import { openTestStore } from "../testing/store.ts";
import { storeThread } from "./store-thread.ts";
import type { Written } from "./thread/protocol.ts";

test.runIf(ENGINE === "sqlite")(
  "a thread that ends answers for every batch it had, and the next batch starts another",
  async () => {
    const { address } = await openTestStore();
    const answers: Written[] = [];
    const thread = storeThread({
      address,
      id: "p-1",
      environment: "production",
      reads: false,
      lastGood: null,
      onWritten: (answer) => void answers.push(answer),
      onReading: () => undefined,
    });
    const observation = { id: "o-1", target: "prompts/x", version: "v1", success: true };
    const batch = {
      type: "write" as const,
      environment: "production",
      observations: [observation],
      behind: 0,
    };
    thread.write(null as never);
    thread.write({ ...batch, behind: 1 });
    await expect.poll(() => answers.length, { timeout: 20_000 }).toBe(2);
    expect(answers.map(({ problem }) => problem?.why)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining("the thread of the store ended: ") as string),
    );
    thread.write(batch);
    await expect
      .poll(() => answers.slice(2), { timeout: 20_000 })
      .toEqual([{ type: "written", recorded: 1, refused: 0, problem: null }]);
    thread.close();
  },
);
