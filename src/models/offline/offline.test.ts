import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../client/client.ts";
import { Halt } from "../client/halt.ts";
import { offlineBackend } from "./offline.ts";

const SYSTEM = `You route support tickets. Answer with exactly one queue.
- billing: invoice, refund, charged twice, payment
- shipping: parcel, delivery, late, tracking number
- technical: error, crash, cannot log in
- spam: lottery
Otherwise: general
Never answer with spam.`;

const request = (user: string, more: Partial<ModelRequest> = {}, system = SYSTEM): ModelRequest => ({
  messages: [
    { role: "system", content: system },
    { role: "user", content: user },
  ],
  parameters: { temperature: 0 },
  ...more,
});

const answer = (r: ModelRequest, trial = 0) =>
  offlineBackend().attempt(r, { caseId: "c", trial, signal: new AbortController().signal }, new Halt());
const output = async (...args: Parameters<typeof request>) => (await answer(request(...args))).output;

describe("the offline stand-in", () => {
  it.each([
    ["I want my money refunded", "billing"],
    ["the invoices are wrong", "billing"],
    ["My parcel is late and the app shows an error", "shipping"],
    ["I cannot log in", "technical"],
    ["I cannot find the log", "general"],
    ["an invoice and a delivery: a tie goes to the first rule", "billing"],
    ["I was charged twice for a late parcel", "billing"],
    ["hello there", "general"],
    ["I won the lottery", "general"],
    ["", "general"],
  ])("%s → %s", async (ticket, queue) => {
    expect(await output(ticket)).toBe(queue);
  });

  it("answers otherwise when one keyword of the prompt is edited", async () => {
    const ticket = "my parcel is damaged";
    expect(await output(ticket)).toBe("shipping");
    expect(await output(ticket, {}, SYSTEM.replace("parcel", "letter"))).toBe("general");
    expect(await output(ticket, {}, SYSTEM.replace("refund", "damaged").replace("parcel", "letter"))).toBe("billing");
    expect(await output("hello", {}, SYSTEM.replace("Otherwise: general", "If unsure, answer shipping."))).toBe(
      "shipping",
    );
  });

  it("says what it is, has no price and counts a virtual time", async () => {
    const result = await answer(request("refund please"));
    expect(result).toMatchObject({ answeredBy: "offline stand-in", costUsd: null, latencySimulated: true });
    expect(result.latencyMs).toBeGreaterThan(50);
    expect(result.tokens).toMatchObject({ output: 1, cached: null });
    expect(result.tokens.input).toBeGreaterThan(40);
  });

  it("is deterministic, and only a temperature makes trials differ", async () => {
    const close = "late parcel and an invoice with a refund";
    const at = (temperature: number) =>
      Promise.all(Array.from({ length: 40 }, (_, t) => answer(request(close, { parameters: { temperature } }), t)));
    const cold = await at(0);
    expect(new Set(cold.map((a) => a.output)).size).toBe(1);
    const hot = (await at(1)).map((a) => a.output);
    expect(new Set(hot)).toEqual(new Set(["billing", "shipping"]));
    expect((await at(1)).map((a) => a.output)).toEqual(hot);
  });

  it("calls a tool when the label is one, with arguments from the user's words", async () => {
    const system = "- issue_refund: refund, money back\n- look_up: where, status\nDefault: look_up";
    const tools = [
      {
        name: "issue_refund",
        inputSchema: {
          type: "object",
          properties: {
            orderId: { type: "string", pattern: "^ORD-[0-9]{4}$" },
            amountUsd: { type: "number" },
            reason: { type: "string", enum: ["damaged", "late"] },
          },
        },
      },
      { name: "look_up", inputSchema: { type: "object", properties: { orderId: { type: "string" } } } },
    ];
    const refund = await answer(request("Refund $1,042.50 for ORD-1234, it came late", { tools }, system));
    expect(refund).toMatchObject({
      output: "",
      finishReason: "tool-calls",
      toolCalls: [{ name: "issue_refund", arguments: { orderId: "ORD-1234", amountUsd: 1042.5, reason: "late" } }],
    });
    const status = await answer(request("where is A-77 (paid $12)?", { tools }, system));
    expect(status.toolCalls).toEqual([{ id: "call_1", name: "look_up", arguments: { orderId: "A-77" } }]);
  });

  it("answers JSON when asked to, under the schema's or the example's first property", async () => {
    const schema = { type: "object", properties: { team: { type: "string" }, why: { type: "string" } } };
    expect(await output("refund", { responseFormat: { type: "json", schema } })).toBe('{"team":"billing"}');
    const shown = `${SYSTEM}\nAnswer as JSON {"queue": "…"}.`;
    expect(await output("refund", { responseFormat: { type: "json" } }, shown)).toBe('{"queue":"billing"}');
  });

  it("stops at maxTokens", async () => {
    const long = "- one two three four: refund";
    const result = await answer(request("refund", { parameters: { maxTokens: 2 } }, long));
    expect(result).toMatchObject({ output: "one two", finishReason: "length", tokens: { output: 2 } });
  });

  it("is not slowed down by hostile text", async () => {
    const system = `- ${"a ".repeat(50_000)}: ${"x, ".repeat(10_000)}\n${"-".repeat(50_000)}`;
    const start = performance.now();
    await answer(request("x ".repeat(20_000), {}, system));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
