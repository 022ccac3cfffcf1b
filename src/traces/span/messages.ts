import type { Value } from "../wire/span.ts";

/** As the GenAI conventions have it: a role and its parts. */
export interface Message {
  role: string;
  parts: Part[];
}

type Part =
  | { type: "text"; content: string }
  | { type: "reasoning"; content: string }
  | { type: "tool_call"; id: string | null; name: string; arguments: Value }
  | { type: "tool_call_response"; id: string | null; result: Value }
  /** What is neither, as it was said. */
  | { type: "other"; value: Value };

type Obj = Record<string, Value>;

/** Messages of any dialect, text of JSON or parsed; what is no message at all is one of a `role` that is given. */
export function messagesOf(value: Value, role: string): Message[] {
  const said = parsed(value);
  if (Array.isArray(said)) return said.every(isObject) ? said.flatMap((item) => messageOf(item, role)) : [plain(role, said)];
  if (!isObject(said)) return said === null || said === "" ? [] : [plain(role, said)];
  return ofRequest(said, role) ?? messageOf(said, role);
} // prettier-ignore

/** A whole request or answer: what was said to a model is in one of its members. */
function ofRequest(said: Obj, role: string): Message[] | undefined {
  const config = isObject(said.config) ? said.config : {};
  const system = said.system_instruction ?? config.system_instruction ?? said.system;
  const list = said.messages ?? said.contents ?? said.choices ?? said.generations;
  if (Array.isArray(list)) return [...systemOf(system), ...messagesOf(flat(list), role)]; // prettier-ignore
  if (isObject(said.content) && !("role" in said)) return messageOf(said.content, role);
  return undefined;
}

/** A request within a request's instructions is none: whoever nests them a thousand deep gets one message. */
function systemOf(system: Value | undefined): Message[] {
  if (!present(system)) return [];
  return isObject(system) ? messageOf(system, "system") : messagesOf(system as Value, "system");
}

/** LangChain nests lists of generations. */
function flat(list: Value[]): Value[] {
  return list.every(Array.isArray) ? (list as Value[][]).flat() : list;
}

function messageOf(item: Obj, fallback: string): Message[] {
  const inner = isObject(item.message) ? item.message : isObject(item.delta) ? item.delta : item;
  const role = roleOf(inner, fallback);
  const parts = [...contentParts(inner), ...callParts(inner)];
  if (role === "tool" && !parts.some(({ type }) => type === "tool_call_response")) return [asResult(inner, parts)];
  return parts.length === 0 ? [] : [{ role, parts }];
}

const ROLES: Record<string, string> = { human: "user", ai: "assistant", model: "assistant", function: "tool", developer: "system", "tool-response": "tool", "tool-call": "assistant" }; // prettier-ignore

function roleOf(item: Obj, fallback: string): string {
  const said = [item.role, item.type, item["event.name"]].find((word) => typeof word === "string");
  const word = typeof item.role === "string" ? item.role : typeof said === "string" ? said : fallback;
  const bare = /^gen_ai\.(\w+)\.message$/.exec(word)?.[1] ?? word;
  return ROLES[bare] ?? (/^(?:system|user|assistant|tool)$/.test(bare) ? bare : fallback);
}

function contentParts(item: Obj): Part[] {
  const content = item.parts ?? item.contents ?? item.content ?? item.text ?? item.output;
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  if (Array.isArray(content)) return content.flatMap(partOf);
  return isObject(content) ? partOf(content) : [];
}

function partOf(value: Value): Part[] {
  if (typeof value === "string") return [{ type: "text", content: value }];
  if (!isObject(value)) return present(value) ? [{ type: "other", value }] : [];
  const part = isObject(value.message_content) ? value.message_content : value;
  const call = part.function_call ?? part.functionCall;
  if (isObject(call)) return [callOf(call)];
  const answer = part.function_response ?? part.functionResponse;
  if (isObject(answer)) return [{ type: "tool_call_response", id: idOf(answer), result: answer.response ?? null }];
  const type = typeof part.type === "string" ? part.type.replaceAll("-", "_") : "";
  if (/^(?:tool_call|tool_use|function_call)$/.test(type)) return [callOf(part)];
  if (/^(?:tool_call_response|tool_result|function_call_output)$/.test(type))
    return [{ type: "tool_call_response", id: idOf(part), result: part.result ?? part.response ?? part.output ?? part.content ?? null }]; // prettier-ignore
  const text = part.content ?? part.text ?? part.thinking;
  if (typeof text === "string") return text === "" ? [] : [{ type: /reasoning|thinking/.test(type) || part.thought === true ? "reasoning" : "text", content: text }]; // prettier-ignore
  return [{ type: "other", value }];
}

function callParts(item: Obj): Part[] {
  const calls = item.tool_calls ?? item.toolCalls;
  if (!Array.isArray(calls)) return isObject(item.function_call) ? [callOf(item.function_call)] : [];
  return calls.filter(isObject).map((call) => callOf(isObject(call.tool_call) ? call.tool_call : call));
}

function callOf(call: Obj): Part {
  const inner = isObject(call.function) ? call.function : call;
  const name = [inner.name, inner.toolName, inner.tool_name].find((word) => typeof word === "string");
  const given = inner.arguments ?? inner.args ?? inner.input ?? null;
  return { type: "tool_call", id: idOf(call), name: typeof name === "string" ? name : "", arguments: parsed(given) };
}

/** An answer of a tool in the words of OpenAI: a message whose content is what the tool gave. */
function asResult(item: Obj, parts: Part[]): Message {
  const only = parts.length === 1 && parts[0]?.type === "text" ? parts[0].content : null;
  const result = only === null ? (item.content ?? item.contents ?? item.parts ?? null) : parsed(only);
  return { role: "tool", parts: [{ type: "tool_call_response", id: idOf(item), result }] };
}

function idOf(item: Obj): string | null {
  const id = [item.tool_call_id, item.toolCallId, item.call_id, item.id].find((word) => typeof word === "string");
  return typeof id === "string" ? id : null;
}

function plain(role: string, value: Value): Message {
  return { role, parts: [typeof value === "string" ? { type: "text", content: value } : { type: "other", value }] };
}

/** A text that is JSON of a list or an object, as most dialects carry it; else the text. */
export function parsed(value: Value): Value {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}

const isObject = (value: Value | undefined): value is Obj =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const present = (value: Value | undefined): boolean => value !== undefined && value !== null && value !== "";
