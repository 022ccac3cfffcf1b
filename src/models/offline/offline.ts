import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.ts";
import type { Answer, Backend } from "../client/backend.ts";
import type { FinishReason, Message, ModelRequest, ToolCall } from "../client/client.ts";
import { fillArguments } from "./arguments.ts";
import { chooseLabel } from "./choose.ts";
import { type KeywordRules, readRules } from "./rules.ts";
import { countTokens, firstTokens } from "./words.ts";

/** How it signs its answers; nothing it says may pass for a model's. */
export const OFFLINE_NAME = "offline stand-in";

/**
 * The embedded stand-in, so that everything can be tried with no key and no network: it reads the rules written in the
 * system message and routes the last user message by their keywords. Deterministic: its "noise" is drawn from a hash
 * of the request and the trial. Its latency is counted, not waited for, and it has no price.
 */
export function offlineBackend(): Backend {
  return {
    attempt: (request, { trial }) => Promise.resolve(standIn(request, trial)),
    close: () => Promise.resolve(),
  };
}

/** Its answer, at once. */
export function standIn(request: ModelRequest, trial: number): Answer & { output: string; latencyMs: number } {
  const { messages, parameters } = request;
  const rules = rulesOf(joined(messages, "system"));
  const user = messages.findLast((m) => m.role === "user")?.content ?? "";
  const draw = draws(request, trial);
  const label = chooseLabel(rules, user, parameters.temperature ?? 0, draw);
  const said = say(request, rules, label, user);
  const cut = truncated(said.text, parameters.maxTokens);
  const input = messages.reduce((sum, m) => sum + countTokens(m.content), 0);
  const output =
    countTokens(cut.text) + said.toolCalls.reduce((n, c) => n + countTokens(canonicalJson(c.arguments)), 0);
  return {
    output: cut.text,
    toolCalls: said.toolCalls,
    finishReason: cut.short ? "length" : said.finishReason,
    tokens: { input, output, cached: null, cacheWrite: null, reasoning: null },
    costUsd: null,
    latencyMs: virtualLatencyMs(input, output, draw()),
    latencySimulated: true,
    ttftMs: null,
    answeredBy: OFFLINE_NAME,
    warnings: [],
  };
}

/** A run asks about one prompt thousands of times; the last one's rules are kept. */
let lastSystem: string | undefined;
let lastRules: KeywordRules | undefined;

function rulesOf(system: string): KeywordRules {
  if (system !== lastSystem || lastRules === undefined) {
    lastSystem = system;
    lastRules = readRules(system);
  }
  return lastRules;
}

function joined(messages: readonly Message[], role: Message["role"]): string {
  return messages.flatMap((m) => (m.role === role ? [m.content] : [])).join("\n");
}

function say(
  request: ModelRequest,
  rules: KeywordRules,
  label: string,
  user: string,
): { text: string; toolCalls: ToolCall[]; finishReason: FinishReason } {
  const tool = request.tools?.find((t) => t.name === label);
  if (tool !== undefined) {
    const call = { id: "call_1", name: tool.name, arguments: fillArguments(tool.inputSchema, user) };
    return { text: "", toolCalls: [call], finishReason: "tool-calls" };
  }
  return { text: asJson(request, rules, label) ?? label, toolCalls: [], finishReason: "stop" };
}

/** `{"queue": label}` when JSON is asked for, under the first property of the schema or of the example. */
function asJson({ responseFormat }: ModelRequest, rules: KeywordRules, label: string): string | undefined {
  if (responseFormat?.type !== "json") return undefined;
  const properties = responseFormat.schema?.["properties"];
  const first = typeof properties === "object" && properties !== null ? Object.keys(properties)[0] : undefined;
  return JSON.stringify({ [first ?? rules.json?.property ?? "answer"]: label });
}

function truncated(text: string, maxTokens: number | undefined): { text: string; short: boolean } {
  if (maxTokens === undefined || countTokens(text) <= maxTokens) return { text, short: false };
  return { text: firstTokens(text, maxTokens), short: true };
}

/** A virtual clock: a start, a little for reading, more for writing, and ±20 %. */
function virtualLatencyMs(input: number, output: number, draw: number): number {
  return Math.round((120 + input * 0.2 + output * 15) * (0.8 + 0.4 * draw));
}

/** Numbers in [0, 1) from a hash of what was asked: equal requests draw equal numbers, trials different ones. */
function draws({ messages, parameters }: ModelRequest, trial: number): () => number {
  const hash = createHash("sha256");
  for (const { role, content } of messages) hash.update(`${role}:${content}\0`);
  const digest = hash.update(canonicalJson(parameters)).update(`\0${trial}`).digest();
  let at = 0;
  return () => digest.readUInt32BE((at++ % 8) * 4) / 2 ** 32;
}
