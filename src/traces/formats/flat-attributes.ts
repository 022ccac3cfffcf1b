import { put } from "../wire/attributes.ts";
import type { Attributes } from "../wire/span.ts";
import { NAMES, squashed, USAGE } from "./flat-keys.ts";
import { type FlatLine, isPlain } from "./flat-line.ts";
import { looseIn } from "./loose.ts";
import { messagesText, textOf } from "./messages.ts";

const [ARGUMENTS, RESULT] = ["gen_ai.tool.call.arguments", "gen_ai.tool.call.result"];

/** What a step was given and gave: arguments and result of a tool, messages of all else. */
export function addContent(line: FlatLine, attributes: Attributes, isTool: boolean): void {
  const system = line.field("system");
  if (system !== undefined) put(attributes, "gen_ai.system_instructions", systemText(system));
  if (isTool) {
    addToolCall(line, attributes);
    return;
  }
  const [input, output] = [line.field("input"), line.field("output") ?? line.take(["result"])];
  if (input !== undefined) put(attributes, "gen_ai.input.messages", messagesText(input, "user"));
  if (output === undefined) return;
  put(attributes, "gen_ai.output.messages", messagesText(answersIn(output), "assistant"));
  addUsage(looseIn(output)["usage"], attributes);
}

function addToolCall(line: FlatLine, attributes: Attributes): void {
  const given = line.take(NAMES[ARGUMENTS] ?? []) ?? line.field("input");
  const gave = line.take(NAMES[RESULT] ?? []) ?? line.field("output");
  if (given !== undefined) put(attributes, ARGUMENTS, textOf(given));
  if (gave !== undefined) put(attributes, RESULT, textOf(gave));
}

function systemText(system: unknown): string {
  return typeof system === "string" ? JSON.stringify([{ type: "text", content: system }]) : textOf(system);
}

/** The messages of a provider's whole response, where that is what was written down. */
function answersIn(output: unknown): unknown {
  const { choices } = looseIn(output);
  return Array.isArray(choices) ? choices.map((choice) => looseIn(choice)["message"]) : output;
}

/** The counts of a provider's `usage`; what is there already was said by the line itself. */
export function addUsage(usage: unknown, attributes: Attributes): void {
  const counts = new Map(countsIn(usage));
  for (const [attribute, places] of Object.entries(USAGE)) {
    const place = places.find((each) => counts.has(each));
    if (place !== undefined && !Object.hasOwn(attributes, attribute))
      put(attributes, attribute, counts.get(place) ?? 0);
  }
}

function countsIn(usage: unknown, before = ""): [string, number][] {
  return Object.entries(looseIn(usage)).flatMap(([key, value]): [string, number][] => {
    if (typeof value === "number") return [[before + squashed(key), value]];
    return before === "" ? countsIn(value, `${squashed(key)}.`) : [];
  });
}

const IDS = /\.id$|^agentops\.version$/;
const NUMBERS = /^(gen_ai\.usage\.|agentops\.cost\.)/;

/** Everything that has one name in the conventions, or one of ours. */
export function addNamed(line: FlatLine, attributes: Attributes): void {
  for (const [attribute, names] of Object.entries(NAMES)) {
    if (attribute === ARGUMENTS || attribute === RESULT) continue;
    const value = line.take(names, isPlain);
    if (isPlain(value)) put(attributes, attribute, fitting(attribute, value));
  }
}

function fitting(attribute: string, value: string | number | boolean): string | number | boolean {
  if (IDS.test(attribute)) return String(value);
  const number = NUMBERS.test(attribute) && typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : value;
}
