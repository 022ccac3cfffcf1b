import { printable } from "../../core/printable.ts";
import type { ShownSpan, TraceDocument } from "../../traces/schema.ts";
import { many, oneLine, percent, usd, whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { cost, ending, span } from "./shown.ts";

export interface ShowOptions {
  style: Style;
  width: number;
  /** Everything that a step was given and gave, of one step or of all; else a line of each. */
  full: boolean;
  step?: number | undefined;
}

/** The tree of a trace, in the order its steps began; what it waited for, what cost the most and what failed are marked. */
export function traceText(trace: TraceDocument, options: ShowOptions): string {
  const { style, step } = options;
  const asked = step === undefined ? trace.spans : trace.spans.filter((each) => each.step === step);
  // A mark that every step has tells none from another.
  const spans = asked.map((each) => ({
    ...each,
    marks: each.marks.filter((mark) => asked.some(({ marks }) => !marks.includes(mark))),
  }));
  const one = step !== undefined;
  const tree = spans.flatMap((each) => [spanLine(each, options), ...(each.error === null ? [] : [errorLine(each, options)]), ...cutLines(each, options), ...saidLines(each, { ...options, full: options.full || one })]); // prettier-ignore
  const legend = marksIn(spans);
  return [
    ...head(trace, style),
    "",
    ...tree,
    ...(legend === "" ? [] : ["", style.dim(legend)]),
    ...unknownLines(trace, style),
  ].join("\n");
}

function head(trace: TraceDocument, style: Style): string[] {
  const { id, target, agent, name, version, tokens, modelCalls, toolCalls, unpricedCalls, task, user, session, time, durationMs } = trace; // prettier-ignore
  const who = oneLine(target ?? agent ?? name, 60);
  const whose = Object.entries({ task, user, session }).flatMap(([what, value]) => (value === null ? [] : [`${what} ${oneLine(value, 40)}`])); // prettier-ignore
  const unpriced = unpricedCalls === 0 ? "" : `, ${whole(unpricedCalls)} of unknown price`;
  const registered = target === null && agent !== null ? " (no agent here has this name)" : "";
  return [
    `${style.bold(who)}${registered}${version === null ? ", version not said" : `@${oneLine(version, 20)}`}  ${style.dim(id)}`,
    `${endPainted(trace, style)}; began ${trace.startedAt.slice(0, 19).replace("T", " ")} UTC`,
    `took ${span(durationMs)}: ${timeWords(time, durationMs)}`,
    `cost ${cost(trace)}: ${many(modelCalls, "model call")}${unpriced}, ${many(tokens.input, "token")} in, ${whole(tokens.output)} out; ${many(toolCalls, "tool call")}`,
    ...(whose.length === 0 ? [] : [whose.join(", ")]),
  ];
}

function endPainted(trace: TraceDocument, style: Style): string {
  const words = ending(trace);
  if (trace.outcome.success === false) return style.bad(words);
  if (trace.outcome.success === true) return style.good(words);
  return style.unsure(words);
}

function timeWords(time: TraceDocument["time"], duration: number): string {
  const parts = { model: time.modelMs, tools: time.toolMs, people: time.humanMs, queue: time.queueMs, own: time.ownMs };
  const shown = Object.entries(parts).filter(([, ms]) => ms > 0).sort(([, a], [, b]) => b - a); // prettier-ignore
  return shown.length === 0 ? "nothing of it is known" : shown.map(([what, ms]) => `${what} ${span(ms)} (${percent(Number((ms / duration).toFixed(3)))})`).join(", "); // prettier-ignore
}

const SIGNS = { failing: "!", costly: "$", critical: "›" } as const;

function spanLine(each: ShownSpan, { style }: ShowOptions): string {
  const { marks, step, depth, kind, name, startMs, durationMs, costUsd, tokens, model } = each;
  const signs = (["failing", "costly", "critical"] as const).map((mark) => (marks.includes(mark) ? SIGNS[mark] : " ")).join(""); // prettier-ignore
  const answered = model?.answered ?? model?.asked ?? null;
  const facts = [
    `at ${span(startMs)}`,
    `took ${span(durationMs)}`,
    ...(kind === "model" && answered !== null && !name.includes(answered) ? [oneLine(answered, 40)] : []),
    ...(kind === "model" && tokens !== null ? [`${whole(tokens.input)} → ${whole(tokens.output)} tokens`] : []),
    ...(costUsd === null ? [] : [usd(costUsd)]),
  ];
  const line = `${signs} ${String(step).padStart(3)} ${"  ".repeat(Math.min(depth, 20))}${kind === "other" ? "" : `${kind} `}${oneLine(name, 70)}`;
  return `${marks.includes("failing") ? style.bad(line) : line}  ${style.dim(facts.join(", "))}`;
}

const INDENT = 8;

function errorLine({ error, depth }: ShownSpan, { style, width }: ShowOptions): string {
  const indent = " ".repeat(INDENT + 2 * Math.min(depth, 20));
  const words = error === null ? "" : `${error.category}${error.message === "" ? "" : `: ${error.message}`}`;
  return style.bad(`${indent}error ${oneLine(words, Math.max(40, width - indent.length - 6))}`);
}

/** What is shown of it is its beginning: nobody is to take that for all that was said. */
function cutLines({ cut, depth }: ShownSpan, { style }: ShowOptions): string[] {
  const indent = " ".repeat(INDENT + 2 * Math.min(depth, 20));
  return cut.map(({ key, bytes }) => style.unsure(`${indent}cut   ${oneLine(key, 60)} was ${whole(bytes)} bytes, of which the beginning was kept`)); // prettier-ignore
}

function saidLines({ given, gave, depth, kind }: ShownSpan, { style, width, full }: ShowOptions): string[] {
  // A step of the program repeats what the steps in it say.
  if (kind === "other" && !full) return [];
  const indent = " ".repeat(INDENT + 2 * Math.min(depth, 20));
  const room = Math.max(40, width - indent.length - 6);
  const said = (label: string, value: unknown): string[] => {
    if (value === null || value === undefined) return [];
    if (full) return block(value).map((line, i) => `${indent}${style.dim(i === 0 ? label.padEnd(6) : " ".repeat(6))}${line}`); // prettier-ignore
    return [`${indent}${style.dim(label.padEnd(6))}${oneLine(shortOf(value), room)}`];
  };
  return [...said("given", given), ...said("gave", gave)];
}

/** Of messages the last: those before it were given to the step before as well. */
function shortOf(value: unknown): unknown {
  if (!isMessages(value)) return value;
  const last = value.at(-1);
  const before = value.length > 1 ? `(${value.length - 1} before) ` : "";
  return `${before}${last === undefined ? "" : messageLine(last)}`;
}

interface Said {
  role: string;
  parts: { type: string; content?: string; name?: string; arguments?: unknown; result?: unknown; value?: unknown }[];
}

const isMessages = (value: unknown): value is Said[] =>
  Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && "role" in item && "parts" in item); // prettier-ignore

function messageLine({ role, parts }: Said): string {
  return `${role}: ${parts.map(partText).join(" ")}`;
}

function partText(part: Said["parts"][number]): string {
  if (part.content !== undefined) return part.content;
  if (part.type === "tool_call") return `${part.name ?? ""}(${textOf(part.arguments)})`;
  if (part.type === "tool_call_response") return textOf(part.result);
  return textOf(part.value);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : value === null ? "" : JSON.stringify(value)); // prettier-ignore

function block(value: unknown): string[] {
  const text = isMessages(value)
    ? value.map(messageLine).join("\n")
    : typeof value === "string"
      ? value
      : JSON.stringify(value, null, 2);
  return text.split("\n").map(printable);
}

function marksIn(spans: readonly ShownSpan[]): string {
  const words = { failing: "! on the way to what failed", costly: "$ cost the most", critical: "› waited for" };
  return (["failing", "costly", "critical"] as const)
    .filter((mark) => spans.some(({ marks }) => marks.includes(mark)))
    .map((mark) => words[mark])
    .join("   ");
}

function unknownLines({ notUnderstood: { attributes, keys } }: TraceDocument, style: Style): string[] {
  if (attributes === 0) return [];
  const some = keys.slice(0, 5).map((key) => oneLine(key, 60)).join(", "); // prettier-ignore
  return [style.dim(`not understood: ${many(attributes, "attribute")} (${some}${keys.length > 5 ? ", …" : ""}); they are kept: --json, agentops trace export`)]; // prettier-ignore
}
