import { describe, expect, it } from "vitest";
import { categoryOf, ERROR_CATEGORIES } from "./errors.ts";
import type { SpanKind } from "./kinds.ts";

describe("the category of an error", () => {
  it.each<[string, SpanKind, string | undefined, string, string]>([
    ["a tool that fails is a tool's failure", "tool", undefined, "ENOENT: no such file", "tool-failure"],
    ["a retrieval is a tool too", "retrieval", undefined, "index is gone", "tool-failure"],
    ["a tool that was too slow is a timeout", "tool", undefined, "Request timed out", "timeout"],
    ["a tool that was asked too often is rate limited", "tool", undefined, "HTTP 429", "rate-limit"],
    ["a refusal for its number comes before a timeout", "model", undefined, "429 after a timeout", "rate-limit"],
    ["Google's words for a quota", "model", undefined, "RESOURCE_EXHAUSTED", "rate-limit"],
    ["gRPC's words for a deadline", "model", undefined, "DEADLINE_EXCEEDED", "timeout"],
    ["a socket's words for a timeout", "model", undefined, "connect ETIMEDOUT 10.0.0.1", "timeout"],
    ["an answer that is no JSON", "model", undefined, "failed to parse JSON", "invalid-output"],
    ["LangChain's words for it", "other", undefined, "OutputParserException", "invalid-output"],
    ["what nobody can tell is internal", "model", undefined, "boom", "internal"],
    ["no words at all are internal", "agent", undefined, "", "internal"],
    ["a number that only contains 429 says nothing", "model", undefined, "order 14290", "internal"],
    ["what a sender says wins", "tool", "hallucination", "429", "hallucination"],
    ["in any case, with spaces", "model", "Lost Context", "", "lost-context"],
    ["or lines", "model", "RATE_LIMIT", "", "rate-limit"],
    ["a category that nobody knows is not believed", "model", "bad-luck", "boom", "internal"],
  ])("%s", (_, kind, said, words, category) => {
    expect(categoryOf(kind, said, words)).toBe(category);
  });

  it("of quality is never read from words", () => {
    for (const quality of ERROR_CATEGORIES.slice(-3)) expect(categoryOf("model", undefined, quality)).toBe("internal");
  });
});
