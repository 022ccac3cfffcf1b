import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ENGINE } from "../testing/engine.ts";
import { cleanEnv, REPO } from "../testing/project.ts";
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
      onExposed: () => undefined,
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
      .toMatchObject([{ type: "written", recorded: 1, refused: 0, unknown: { n: 1 }, problem: null }]);
    thread.close();
  },
);

/** Node's permissions, which allow no thread unless told; 20 calls them an experiment. */
const PERMISSIONS = [
  process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission",
  ...["--allow-fs-read=*", "--allow-fs-write=*", "--allow-addons"],
];
const AGENT = `
const { AgentOps } = await import(process.env.SDK);
try {
  const ops = new AgentOps(JSON.parse(process.env.OPTIONS));
  for (let i = 0; i < 1200; i++) ops.observe({ target: "prompts/x", version: "v1", unit: "u" + i, success: true });
  const at = performance.now();
  const atOnce = ops.flush();
  const waitedMs = performance.now() - at;
  while (!ops.flush()) await new Promise((done) => setTimeout(done, 5));
  console.log(JSON.stringify({ atOnce, waited: waitedMs > 1500, killed: ops.killSwitch("agents/x").killed, recorded: ops.stats().recorded }));
  ops.close();
} catch (error) {
  console.log(JSON.stringify({ code: error.code, hint: error.hint }));
}
`;

test("where threads cannot be started a file is written here, while the loop is free; a server says that it needs one", async () => {
  const store = await openTestStore();
  const { location, markers } = store.address;
  const sdk = pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href;
  const options = { store: location, ...(markers !== null && { markers }), env: "production" };
  const agent = await execa(process.execPath, [...PERMISSIONS, "--input-type=module", "-e", AGENT], {
    env: cleanEnv({ SDK: sdk, OPTIONS: JSON.stringify(options) }),
    extendEnv: false,
  });
  expect(JSON.parse(agent.stdout)).toEqual(
    ENGINE === "sqlite"
      ? { atOnce: false, waited: false, killed: false, recorded: 1200 }
      : { code: "STORE_FAILED", hint: "a store on a server needs one: node --allow-worker" },
  );
  expect(await store.column(`SELECT count(*) AS n FROM observations`)).toEqual([ENGINE === "sqlite" ? 1200 : 0]);
});
