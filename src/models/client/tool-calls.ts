import { readJson } from "../../core/json.ts";
import type { ToolCall } from "./client.ts";

type Row = Record<string, unknown>;

/**
 * Tool calls in any of the usual shapes: `{name, arguments|args|input|kwargs}`, OpenAI's
 * `{id, function: {name, arguments: "json"}}`, Anthropic's `{type: "tool_use", name, input}`, or a whole conversation
 * (objects with a role), from which the assistant's calls are taken in order. A call made by the simulated user
 * (`requestor: "user"`) is not the agent's. What has no name is left out.
 */
export function normalizeToolCalls(value: unknown): ToolCall[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRow).flatMap((row) => (isMessage(row) ? callsOfMessage(row) : oneCall(row)));
}

/** Arguments as a value; the text itself when it is no JSON or says two things. An empty text means "no arguments". */
export function parsedArguments(value: unknown): unknown {
  if (typeof value !== "string") return value ?? {};
  if (value.trim() === "") return {};
  const json = readJson(value);
  return "value" in json ? json.value : value;
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMessage(row: Row): boolean {
  return typeof row["role"] === "string" && !("arguments" in row) && !("function" in row);
}

function callsOfMessage(message: Row): ToolCall[] {
  if (message["role"] !== "assistant") return [];
  const blocks = Array.isArray(message["content"]) ? message["content"].filter(isRow) : [];
  const used = blocks.filter((b) => b["type"] === "tool_use");
  return [...normalizeToolCalls(message["tool_calls"] ?? message["toolCalls"]), ...normalizeToolCalls(used)];
}

function oneCall(row: Row): ToolCall[] {
  if (row["requestor"] === "user") return [];
  const call = isRow(row["function"]) ? { ...row["function"], id: row["id"] } : row;
  const name = call["name"];
  if (typeof name !== "string" || name === "") return [];
  const given = call["arguments"] ?? call["args"] ?? call["input"] ?? call["kwargs"];
  const id = call["id"];
  return [{ ...(typeof id === "string" ? { id } : {}), name, arguments: parsedArguments(given) }];
}
