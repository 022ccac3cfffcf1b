import { createServer } from "node:http";
import { expect, test } from "vitest";
import { newSpans, post } from "../../../server/collect/collector.testing.ts";
import { agentops, spawnAgentops, tempProject } from "../../../testing/project.ts";
import { writeOtlpJson } from "../../../traces/wire/write-otlp-json.ts";

/** The real binary, once it says where it listens. */
async function started(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const cwd = tempProject();
  const child = spawnAgentops(cwd, ["collect", "--port", "0", ...args], env);
  const said = await new Promise<string>((done) =>
    child.stdout.once("data", (piece: Buffer) => done(piece.toString())),
  );
  return { cwd, child, said };
}

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("says at once where it listens, in one line, and ends by %s with %i", async (signal, code) => {
  const { cwd, child, said } = await started(["--json"]);
  const document = JSON.parse(said);
  expect(document).toEqual({ schema: "agentops.collect/1", listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  expect(said.trimEnd()).not.toContain("\n");
  const answer = await post(document.listening, JSON.stringify(writeOtlpJson(newSpans(2))));
  expect(answer.status).toBe(200);
  child.kill(signal);
  expect((await child).exitCode).toBe(code);
  const { stdout } = await agentops(cwd, ["trace", "list", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ total: 1, traces: [{ spanCount: 2 }] });
}); // prettier-ignore

test("text says how to point an exporter at it; a token lets others in and is never shown", async () => {
  const env = { AGENTOPS_COLLECT_TOKEN: "s3cret-of-the-team" };
  const { child, said } = await started(["--host", "0.0.0.0"], env);
  const url = /listening on (http:\/\/0\.0\.0\.0:\d+)/.exec(said)?.[1];
  expect(said).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${url}`);
  const here = url!.replace("0.0.0.0", "127.0.0.1");
  expect((await post(here, "{}")).status).toBe(401);
  expect((await post(here, "{}", { headers: { authorization: "Bearer s3cret-of-the-team" } })).status).toBe(200);
  child.kill("SIGTERM");
  const { exitCode, stdout, stderr } = await child;
  expect(exitCode).toBe(143);
  expect(stdout + stderr).not.toContain("s3cret");
});

test.each([
  [["--host", "0.0.0.0"], "hint: AGENTOPS_COLLECT_TOKEN="],
  [["--host", "::"], "no token keeps strangers out"],
  [["--port", "99999"], 'not "99999"'],
  [["--port", "x"], 'not "x"'],
])("%j: exit 2", async (args, why) => {
  const { code, stdout, stderr } = await agentops(tempProject(), ["collect", ...args]);
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(why)]);
});

test("a port that is taken: exit 2", async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as { port: number };
  const { code, stderr } = await agentops(tempProject(), ["collect", "--port", String(port)]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`port ${port} of 127.0.0.1: another process listens there`)]); // prettier-ignore
  other.close();
});
