import { readJson } from "../core/json.ts";
import { fault, type Subject } from "./measure.ts";
import { quote, textOf } from "./wording.ts";

/** What an output is compared with: the scorer's value, else the case's expected; throws when there is neither. */
export function reference(value: unknown, subject: Subject): unknown {
  const found = value ?? subject.expected;
  if (found === undefined || found === null) throw new Error("nothing to compare with: no value, and no expected");
  return value === undefined || value === null ? found : subject.fold(found);
}

/** {@link reference} as text; throws when it is empty, because every output contains and starts with nothing. */
export function referenceText(value: string | undefined, subject: Subject): string {
  const text = textOf(reference(value, subject));
  if (text === "") throw new Error("the expected text is empty; there is nothing to look for");
  return text;
}

/**
 * {@link reference} as a list: a list as it is, also one that a text spells as JSON or as Python prints it (a cell of a spreadsheet); other text split
 * at its commas. `strict`, for scorers that pass where nothing is found, throws on a text whose parts may be divided by something else.
 */
export function referenceTexts(value: string | string[] | undefined, subject: Subject, strict = false): string[] {
  const found = reference(value, subject);
  const list = Array.isArray(found) ? found : (jsonList(found) ?? pythonList(found));
  if (list === undefined && strict) refuseDoubtful(textOf(found));
  const texts = list?.map(textOf) ?? splitList(textOf(found));
  if (texts.length === 0 || texts.includes(""))
    throw new Error("the list of expected texts is empty or has empty entries");
  return texts;
}

/** A bracket may also begin a text of a list, `[a], [b]`: only what is JSON is read as JSON. */
function jsonList(value: unknown): unknown[] | undefined {
  if (typeof value !== "string" || !value.trimStart().startsWith("[")) return undefined;
  const json = readJson(value);
  if ("value" in json) return Array.isArray(json.value) ? json.value : undefined;
  if (json.problem.syntax) return undefined;
  throw new Error(`${quote(value)}: ${json.problem.message}`);
}

const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/.source;
const PYTHON_LIST = new RegExp(`^\\s*\\[\\s*(?:${QUOTED})(?:\\s*,\\s*(?:${QUOTED}))*\\s*,?\\s*\\]\\s*$`);

function pythonList(value: unknown): string[] | undefined {
  if (typeof value !== "string" || !PYTHON_LIST.test(value)) return undefined;
  return (value.match(new RegExp(QUOTED, "g")) ?? []).map((one) => one.slice(1, -1).replace(/\\(['"\\])/g, "$1"));
}

/** A list that is read as one text is found nowhere. What stands in double quotes is one text. */
function refuseDoubtful(text: string): void {
  if (!/[;；，\n]\s*\S/.test(text.replace(/"[^"]*"/g, ""))) return;
  throw new Error(`${quote(text)} may be one text or several; give a JSON list, or double quotes around each text`);
}

/** Comma separated values; double quotes keep a comma inside one. */
export function splitList(text: string): string[] {
  const parts = text.match(/"[^"]*"|[^,]+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (part.length > 1 && part.startsWith('"') && part.endsWith('"') ? part.slice(1, -1) : part));
}

/** Refuses an empty `value:` when the suite is prepared. */
export function refuseEmpty(value: string | string[] | undefined): void {
  if (value === undefined) return;
  const texts = Array.isArray(value) ? value : [value];
  if (texts.some((text) => text === "")) throw fault(["value"], "value is empty, so every output would pass");
}
