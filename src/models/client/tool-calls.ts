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

/**
 * The calls of an answer somebody else gave, in any of those shapes; also their JSON in a text, one call alone, or names alone. Undefined when a part
 * of it is not understood: a call that is left out would let a check pass that the tool was not called.
 */
export function readToolCalls(value: unknown): ToolCall[] | undefined {
  const list = listOfCalls(value);
  return list?.every(isUnderstood) === true ? normalizeToolCalls(list) : undefined;
}

/** The calls a record has under our name for them or under OpenAI's; what both say must be the same. */
export function callsNamedIn(row: Readonly<Row>): unknown {
  const given = [row["toolCalls"], row["tool_calls"]].filter((value) => !saysNothing(value));
  const [first, second] = given;
  const agree = given.length < 2 || JSON.stringify(readToolCalls(first)) === JSON.stringify(readToolCalls(second));
  return agree ? first : { toolCalls: first, tool_calls: second };
}

function saysNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function listOfCalls(value: unknown): unknown[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") {
    const json = readJson(value);
    if (value.trim() === "") return [];
    return "value" in json && typeof json.value === "object" ? listOfCalls(json.value) : undefined;
  }
  if (typeof value !== "object") return undefined;
  return [value].flat().map((call: unknown) => (typeof call === "string" ? { name: call } : call));
}

/** A call with its name, or what stands beside calls in a conversation: a message, a block of another type, a call of the user's. */
function isUnderstood(row: unknown): boolean {
  if (!isRow(row)) return false;
  if (isMessage(row)) return row["role"] !== "assistant" || partsOf(row).every(isUnderstood);
  if (row["requestor"] === "user" || oneCall(row).length > 0) return true;
  return (
    typeof row["type"] === "string" && !("function" in row) && !/^(function|tool)(_(call|use))?$/.test(row["type"])
  );
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
  return message["role"] === "assistant" ? normalizeToolCalls(partsOf(message)) : [];
}

/** The calls of an assistant's message, beside its text or as blocks of it. */
function partsOf(message: Row): unknown[] {
  const blocks = Array.isArray(message["content"]) ? message["content"].filter(isRow) : [];
  const calls = message["tool_calls"] ?? message["toolCalls"] ?? [];
  return [...[calls].flat(), ...blocks.filter((block) => block["type"] === "tool_use")];
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
