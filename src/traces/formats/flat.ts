import { sha256Hex } from "../../core/canonical.ts";
import { plainAttributes, put } from "../wire/attributes.ts";
import { checkTimes } from "../wire/request.ts";
import { type Attributes, WIRE_KINDS, type WireBatch, type WireSpan } from "../wire/span.ts";
import { attempt, Unreadable } from "../wire/unreadable.ts";
import type { Speaker } from "./content.ts";
import { addContent, addNamed, addUsage } from "./flat-attributes.ts";
import { DURATIONS, operationOf, stepKindOf } from "./flat-keys.ts";
import { type FlatLine, flatLine } from "./flat-line.ts";
import { type Loose, looseIn, textIn } from "./loose.ts";
import { looseDuration, looseNano } from "./loose-time.ts";
import { madeIds } from "./made-ids.ts";
import { textOf } from "./messages.ts";

/** A line as a first team writes it by hand, parsed, or a list of them: one object a step, with keys that `flat-keys.ts` knows. */
export function readFlat(value: unknown): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  for (const line of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const span = attempt(() => spanOf(line));
    if (span instanceof Unreadable) batch.rejected.push(span.message);
    else batch.spans.push(span);
  }
  return batch;
}

function spanOf(value: unknown): WireSpan {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable("no object");
  // Looked at as a whole first: what follows may walk it.
  const raw = plainAttributes(value);
  const line = flatLine(raw);
  const { attributes, ...ids } = idsOf(line, raw);
  const times = timesOf(line);
  const status = statusOf(line, attributes);
  const kind = addType(line, attributes);
  const name = line.id("name");
  const service = line.id("service");
  addContent(line, attributes, speakerOf(attributes));
  addUsage(
    line.field("usage", (usage) => typeof usage === "object"),
    attributes,
  );
  addNamed(line, attributes);
  addRest(line, attributes);
  return {
    ...ids,
    name: name ?? nameOf(attributes),
    kind,
    ...times,
    attributes,
    events: [],
    links: [],
    status,
    resource: service === undefined ? {} : { "service.name": service },
    scope: { name: "" },
  };
}

/** What has no id gets one of what it says, so that a second import finds it again. */
function idsOf(line: FlatLine, raw: Loose): ReturnType<typeof madeIds> {
  const [traceId, spanId] = [line.id("traceId"), line.id("spanId")];
  const made = traceId === undefined || spanId === undefined ? sha256Hex(JSON.stringify(raw)) : "";
  return madeIds(traceId ?? made.slice(0, 32), spanId ?? made.slice(32, 48), line.id("parentId") ?? null);
}

function timesOf(line: FlatLine): Pick<WireSpan, "startNano" | "endNano"> {
  const [start, end] = [line.field("start"), line.field("end")];
  const duration = durationOf(line);
  const startNano = start === undefined ? undefined : looseNano(start, "the start");
  const endNano = end === undefined ? undefined : looseNano(end, "the end");
  const from = startNano ?? (endNano === undefined ? undefined : String(BigInt(endNano) - (duration ?? 0n)));
  if (from === undefined) throw new Unreadable("no time");
  const times = { startNano: from, endNano: endNano ?? String(BigInt(from) + (duration ?? 0n)) };
  checkTimes(times);
  return times;
}

function durationOf(line: FlatLine): bigint | undefined {
  for (const [digits, names] of DURATIONS) {
    const value = line.take(names);
    if (value !== undefined) return looseDuration(value, digits);
  }
  return undefined;
}

const OK = /^(ok|success|succeeded|successful|completed|done)$/i;
const FAILED = /^(error|errored|failed|failure|exception)$/i;

function statusOf(line: FlatLine, attributes: Attributes): WireSpan["status"] {
  const error = line.field("error");
  const said = textIn(line.field("status", (value) => OK.test(textIn(value)) || FAILED.test(textIn(value))));
  if (error === undefined || error === false) return { code: said === "" ? "unset" : OK.test(said) ? "ok" : "error" };
  const type = textIn(looseIn(error)["type"] ?? looseIn(error)["name"]);
  if (type !== "") put(attributes, "error.type", type);
  const message = error === true ? "" : textIn(looseIn(error)["message"]) || textOf(error);
  return { code: "error", ...(message === "" ? {} : { message }) };
}

/** A type is a kind of OTLP's, an operation of the conventions, a kind of step that they have no word for, or the sender's own. */
function addType(line: FlatLine, attributes: Attributes): WireSpan["kind"] {
  const said = textIn(line.field("type", (value) => typeof value === "string"));
  const kind = WIRE_KINDS.find((each) => each === said.toLowerCase().replace("span_kind_", ""));
  const operation = operationOf(said) ?? (kind !== undefined || said === "" ? guessed(line) : undefined);
  const step = stepKindOf(said);
  if (operation !== undefined) put(attributes, "gen_ai.operation.name", operation);
  else if (step !== undefined) put(attributes, "agentops.kind", step);
  else if (kind === undefined && said !== "") put(attributes, "type", said);
  return kind ?? (operation === "chat" || operation === "embeddings" ? "client" : "internal");
}

/** Without a type: what has a tool called it, what has a model asked it, what has an agent is its run. */
function guessed(line: FlatLine): string | undefined {
  const names = new Set(line.rest().map(([key]) => key.replace(/_?name$/i, "").toLowerCase()));
  return names.has("tool")
    ? "execute_tool"
    : names.has("model")
      ? "chat"
      : names.has("agent")
        ? "invoke_agent"
        : undefined;
}

/** A line that says nothing of itself is somebody's prompt and answer. */
function speakerOf(attributes: Attributes): Speaker {
  const operation = attributes["gen_ai.operation.name"];
  if (operation === "execute_tool") return "tool";
  const isOther = operation === undefined && ("agentops.kind" in attributes || "type" in attributes);
  return isOther || (operation !== undefined && operation !== "chat" && operation !== "invoke_agent")
    ? "other"
    : "speaker";
}

function nameOf(attributes: Attributes): string {
  const [operation, of] = ["gen_ai.operation.name", "gen_ai.tool.name"].map((key) => textIn(attributes[key]));
  const name = [operation, of === "" ? textIn(attributes["gen_ai.request.model"]) : of]
    .filter((word) => word !== "")
    .join(" ");
  return name === "" ? textIn(attributes["type"]) || "step" : name;
}

/** `attributes` are what they say they are, and so is every key that is nobody's. */
function addRest(line: FlatLine, attributes: Attributes): void {
  const own = line.field("attributes", (value) => typeof value === "object" && !Array.isArray(value));
  for (const [key, value] of [...line.rest(), ...Object.entries(looseIn(own))])
    put(attributes, key, value as Attributes[string]);
}
