import { expect, test } from "vitest";
import { binary, spawnAgentops, put, sampleRepository } from "../../../testing/project.ts";

const SPAN = {
  resourceSpans: [{ scopeSpans: [{ scope: { name: "t" }, spans: [{ traceId: "ab".repeat(16), spanId: "cd".repeat(8), name: "invoke_agent refund-desk", startTimeUnixNano: "1795233961521000000", endTimeUnixNano: "1795233962521000000", attributes: [{ key: "gen_ai.operation.name", value: { stringValue: "invoke_agent" } }, { key: "gen_ai.agent.name", value: { stringValue: "refund-desk" } }, { key: "agentops.success", value: { boolValue: true } }] }] }] }],
}; // prettier-ignore

test("what was collected is shown, and its task has an outcome when the collector has ended", async () => {
  const dir = await sampleRepository();
  put(dir, "x.json", JSON.stringify(SPAN));
  const child = spawnAgentops(dir, ["collect", "--port", "0", "--json"]);
  const url = await new Promise<string>((listening) => {
    child.stdout.once("data", (line: Buffer) => {
      listening((JSON.parse(String(line)) as { listening: string }).listening);
    });
  });
  const answer = await fetch(`${url}/v1/traces`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(SPAN) }); // prettier-ignore
  expect([answer.status, await answer.text()]).toEqual([200, "{}"]);
  child.kill("SIGTERM");
  await new Promise((ended) => child.once("exit", ended));
  const { stdout } = await binary(dir, ["trace", "list", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ total: 1, traces: [{ target: "agents/refund-desk", outcome: { success: true } }] }); // prettier-ignore
  const { stdout: traffic } = await binary(dir, ["trace", "import", "x.json", "--json"]);
  expect(JSON.parse(traffic)).toMatchObject({ outcomes: 0, files: [{ repeated: 1 }] });
});
