import { diffLines } from "diff";
import type { FrozenTarget } from "../evals/run/run-spec.ts";
import type { ContentChange } from "./schema.ts";

/** What is compared of an artifact: it as loaded or as frozen in a run, and the model pin in force. */
export type Content = Pick<FrozenTarget, "prompt" | "agent"> & { model: string | null | undefined };

/** What differs between two artifacts, leaf by leaf, in the words of their files; formatting and comments do not count. */
export function contentChanges(control: Content, candidate: Content): ContentChange[] {
  return changesAt("", meaningOf(control), meaningOf(candidate));
}

/** One tree of everything that can change an answer; tools by name, so that a new one does not shift the others. */
function meaningOf({ prompt, agent, model }: Content): Record<string, unknown> {
  if (agent === null) return { ...prompt, model };
  const { tools, ...rest } = agent;
  return { ...prompt, ...rest, model, tools: Object.fromEntries((tools ?? []).map((tool) => [tool.name, tool])) };
}

function changesAt(path: string, control: unknown, candidate: unknown): ContentChange[] {
  if (isTree(control) && isTree(candidate)) {
    const keys = [...new Set([...Object.keys(control), ...Object.keys(candidate)])];
    return keys.flatMap((key) => changesAt(join(path, key), control[key], candidate[key]));
  }
  if (Array.isArray(control) && Array.isArray(candidate)) {
    const length = Math.max(control.length, candidate.length);
    return Array.from({ length }, (_, i) => changesAt(`${path}[${i}]`, control[i], candidate[i])).flat();
  }
  if (Object.is(control, candidate)) return [];
  return [{ path, control, candidate, ...linesOf(control, candidate) }];
}

function linesOf(control: unknown, candidate: unknown): Pick<ContentChange, "lines"> {
  if (typeof control !== "string" || typeof candidate !== "string") return {};
  if (!control.includes("\n") && !candidate.includes("\n")) return {};
  const lines = diffLines(control, candidate).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => ({ op: added ? ("+" as const) : removed ? ("-" as const) : (" " as const), text })),
  );
  return { lines };
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  const name = /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(key);
  return path === "" ? name : `${path}.${name}`;
}
