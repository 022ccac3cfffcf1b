import { put } from "../wire/attributes.ts";
import type { Attributes } from "../wire/span.ts";
import { contentOf, type Speaker } from "./content.ts";
import { NAMES, squashed, USAGE } from "./flat-keys.ts";
import { type FlatLine, isPlain } from "./flat-line.ts";
import { looseIn } from "./loose.ts";
import { textOf } from "./messages.ts";

const [ARGUMENTS, RESULT] = ["gen_ai.tool.call.arguments", "gen_ai.tool.call.result"];

/** What a step was given and gave. */
export function addContent(line: FlatLine, attributes: Attributes, kind: Speaker): void {
  const system = line.field("system");
  if (system !== undefined) put(attributes, "gen_ai.system_instructions", systemText(system));
  const [given, gave] = [NAMES[ARGUMENTS] ?? [], NAMES[RESULT] ?? []];
  const input = (kind === "tool" ? line.take(given) : undefined) ?? line.field("input");
  const output =
    kind === "tool" ? (line.take(gave) ?? line.field("output")) : (line.field("output") ?? line.take(gave));
  if (input !== undefined) putContent(attributes, input, "user", kind);
  if (output === undefined) return;
  putContent(attributes, answersIn(output), "assistant", kind);
  addUsage(looseIn(output)["usage"], attributes);
}

function putContent(attributes: Attributes, value: unknown, role: "user" | "assistant", kind: Speaker): void {
  const { key, text } = contentOf(value, role, kind);
  put(attributes, key, text);
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
