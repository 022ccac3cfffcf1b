import { suggest } from "../core/suggest.ts";
import type { Path } from "../core/yaml.ts";
import { PARAMETER_NAMES } from "./model-parameters.ts";
import { promptSchema } from "./schema.ts";

/*
 * GitHub's own tools pass over keys of a prompt file that they do not know, so files carry all sorts of them. What is read
 * of a file that is theirs, and what is not, is decided here.
 */

interface Read {
  /** What the schema sees. The digest covers the file as written. */
  value: unknown;
  /** Keys that nothing here reads. */
  ignored: Path[];
}

/** A file without `agentops:` is as GitHub Models has it; one with it was written for us. */
export function isGithubFormat(written: unknown): written is Record<string, unknown> {
  return isMap(written) && !("agentops" in written);
}

/**
 * A prompt file as we read it. One of GitHub's loses its foreign keys (but none that looks like a mistyped one of those
 * that count), its empty ones, and roles may be in capitals, as there.
 */
export function readable(written: unknown): Read {
  if (!isGithubFormat(written)) return { value: written, ignored: [] };
  const { modelParameters, messages } = written;
  const top = withoutForeign(written, [], Object.keys(promptSchema.shape));
  const parameters = withoutForeign(modelParameters, ["modelParameters"], PARAMETER_NAMES);
  const read = Array.isArray(messages) ? messages.map((message, i) => readMessage(message, ["messages", i])) : null;
  const value = {
    ...Object.fromEntries(Object.entries(top.value as object).filter(([, one]) => one !== null && one !== "")),
    ...(isMap(modelParameters) && { modelParameters: parameters.value }),
    ...(read !== null && { messages: read.map((one) => one.value) }),
  };
  return { value, ignored: [...top.ignored, ...parameters.ignored, ...(read ?? []).flatMap((one) => one.ignored)] };
}

function readMessage(message: unknown, path: Path): Read {
  const { value, ignored } = withoutForeign(message, path, ["role", "content"]);
  if (!isMap(value)) return { value, ignored };
  const { role } = value;
  return { value: { ...value, ...(typeof role === "string" && { role: role.toLowerCase() }) }, ignored };
}

/** A mapping without the keys that are neither known nor like a known one, which is a mistyped one. */
export function withoutForeign(value: unknown, path: Path, known: readonly string[]): Read {
  if (!isMap(value)) return { value, ignored: [] };
  const foreign = Object.keys(value).filter((key) => !known.includes(key) && suggest(key, known) === undefined);
  const kept = Object.entries(value).filter(([key]) => !foreign.includes(key));
  return { value: Object.fromEntries(kept), ignored: foreign.map((key) => [...path, key]) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
