import { isExternal } from "./external.ts";
import { AgentopsError } from "./errors.ts";

export type ArtifactKind = "prompts" | "agents";

/** Where in time a ref points. */
export type RefPoint =
  | { type: "worktree" }
  | { type: "version"; number: number }
  | { type: "channel"; channel: "stable" | "candidate" }
  | { type: "rev"; rev: string };

/** A parsed ref: `NAME`, `prompts/NAME`, `…@v7`, `…@<git rev>`, `…@worktree` (the default), `…@stable`, `…@candidate`. */
export interface Ref {
  /** Undefined when the user gave a bare name; the registry then looks in both folders. */
  kind: ArtifactKind | undefined;
  name: string;
  point: RefPoint;
}

/** An artifact, `prompts/NAME` or `agents/NAME`, where it is served. */
export interface Place {
  environment: string;
  target: string;
}

/**
 * Names are path segments and tag components, so they are kept to what both accept everywhere: git takes no `..` and no `.lock` at the end
 * of a component (git-check-ref-format).
 */
export const NAME_PATTERN = /^(?!.*\.\.)(?!.*\.lock$)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;
/** The same in words. */
export const NAME_RULE = "a name has lower-case letters, digits, - _ . only, no .. and no .lock at its end";

/** Parses a ref; throws REF_INVALID naming the part that is wrong. */
export function parseRef(text: string): Ref {
  const at = text.indexOf("@");
  const address = at < 0 ? text : text.slice(0, at);
  const point = at < 0 ? "worktree" : text.slice(at + 1);
  const slash = address.indexOf("/");
  const kind = slash < 0 ? undefined : address.slice(0, slash);
  const name = slash < 0 ? address : address.slice(slash + 1);
  if (kind !== undefined && kind !== "prompts" && kind !== "agents") {
    throw invalid(text, `"${kind}" is not a kind of artifact`);
  }
  if (!NAME_PATTERN.test(name)) throw invalid(text, `"${name}" is not a name: ${NAME_RULE}`);
  if (point === "") throw invalid(text, "nothing follows the @");
  return { kind, name, point: parsePoint(point) };
}

function parsePoint(text: string): RefPoint {
  if (text === "worktree") return { type: "worktree" };
  if (text === "stable" || text === "candidate") return { type: "channel", channel: text };
  // Longer ones are not counted exactly: two of them would be one.
  const version = /^v([1-9]\d{0,14})$/.exec(text);
  if (version) return { type: "version", number: Number(version[1]) };
  return { type: "rev", rev: text };
}

/** A version of an artifact as people type it: `v7`, `V7`, `7`, `NAME@v7`, `prompts/NAME@v7`; null for what is none, or another's. */
export function versionIn(typed: string, address: string): string | null {
  const at = typed.lastIndexOf("@");
  const named = typed.slice(0, Math.max(0, at));
  const isOwn = named === "" || named === address || named === address.slice(address.indexOf("/") + 1);
  if (isOwn && isExternal(typed.slice(at + 1))) return typed.slice(at + 1);
  const number = /^v?([1-9]\d*)$/i.exec(typed.slice(at + 1))?.[1];
  return isOwn && number !== undefined ? `v${number}` : null;
}

function invalid(text: string, why: string): AgentopsError {
  return new AgentopsError("REF_INVALID", `not a ref: "${text}": ${why}`, {
    hint: "a ref is NAME, prompts/NAME or agents/NAME, optionally @v7, @<git rev>, @worktree, @stable, @candidate",
  });
}

/** A model pin split at its first slash: `openai/gpt-4o-2024-08-06`. */
export interface ModelPin {
  /** The name under `models:` in the config. */
  provider: string;
  /** What that provider calls the model; may contain slashes. */
  model: string;
}

/** Splits a model pin; throws MODEL_UNKNOWN when it has no provider. */
export function parsePin(pin: string): ModelPin {
  const slash = pin.indexOf("/");
  if (slash <= 0 || slash === pin.length - 1) {
    throw new AgentopsError("MODEL_UNKNOWN", `not a model pin: "${pin}"`, {
      hint: "write provider/model-snapshot, e.g. openai/gpt-4o-2024-08-06; the provider is a name under models: in agentops.config.yaml",
    });
  }
  return { provider: pin.slice(0, slash), model: pin.slice(slash + 1) };
}
