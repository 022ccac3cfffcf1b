import { canonicalJson } from "../core/canonical.ts";
import type { ChangeKind } from "../core/release-config.schema.ts";

type Json = Record<string, unknown>;

/** A version as far as somebody has to agree to what it changes: the artifact, and what its commit says around it. */
export interface Contents {
  /** What `resolve` gives as `value`. */
  artifact: Json;
  /** The project's config, and the files in `slos/` that are about it; null where the commit cannot be read, which is no other's equal. */
  files: { config: Json; slos: Readonly<Record<string, string>> } | null;
}

const PLAIN = ["name", "description", "prompt", "promptContent", "evals", "class", "pattern"];
const MODEL = ["model", "fallbackModels", "cheaperModels", "allowedModels", "allowFloating"];
/** Of a tool: who may call it how, and what that may cost. */
const TOOL_RULES = ["authorize", "approval", "rules", "limits", "reviews", "class"];

/** What changed of the kinds that people have to agree to. Nothing served before: all that is there now is new. */
export function changedKinds(before: Contents | null, after: Contents): ChangeKind[] {
  const was = before ?? { artifact: {}, files: after.files === null ? null : { ...after.files, slos: {} } };
  const unreadable = was.files === null || after.files === null;
  const [old, fresh] = [partsOf(was), partsOf(after)];
  const kinds = Object.keys(PARTS) as ChangeKind[];
  return kinds.filter(
    (kind) => (unreadable && kind !== "tools") || canonicalJson(old[kind]) !== canonicalJson(fresh[kind]),
  );
}

function partsOf(contents: Contents): Record<ChangeKind, unknown> {
  return Object.fromEntries(Object.entries(PARTS).map(([kind, part]) => [kind, part(contents)])) as Record<
    ChangeKind,
    unknown
  >;
}

const PARTS: Record<ChangeKind, (contents: Contents) => unknown> = {
  model: ({ artifact, files }) => {
    const prompt = promptOf(artifact);
    return [{ ...pick(prompt, ["model", "modelParameters"]), ...pick(artifact, MODEL) }, files?.config["models"] ?? {}];
  },
  tools: ({ artifact }) => toolsOf(artifact).map((tool) => omit(tool, TOOL_RULES)),
  // What no other kind claims is a rule: a key of a later release is nobody's to change alone.
  policy: ({ artifact, files }) => [
    artifact["promptContent"] === undefined ? {} : omit(artifact, [...PLAIN, ...MODEL, "tools", "slos", "limits"]),
    toolsOf(artifact).map((tool) => pick(tool, ["name", ...TOOL_RULES])),
    pick(files?.config ?? {}, ["policy", "people", "delegation", "guards", "rollout", "cohorts"]),
  ],
  slo: ({ artifact, files }) => [artifact["slos"] ?? [], files?.slos ?? {}],
  budget: ({ artifact, files }) => [
    artifact["limits"] ?? {},
    toolsOf(artifact).map((tool) => pick(tool, ["name", "limits"])),
    files?.config["budgets"] ?? [],
  ],
};

/** Who answers for it, by any of the ways a file says so. */
export function ownersOf({ artifact }: Contents): string[] {
  const { owner } = artifact;
  const named =
    typeof owner === "object" && owner !== null ? Object.values(pick(owner as Json, ["team", "contact"])) : [];
  const prompt = promptOf(artifact)["agentops"] as Json | undefined;
  return [...named, prompt?.["owner"]].filter((one): one is string => typeof one === "string");
}

/** An agent's prompt is copied into it; a prompt is one itself. */
function promptOf(artifact: Json): Json {
  return (artifact["promptContent"] ?? artifact) as Json;
}

function toolsOf({ tools }: Json): Json[] {
  return (tools ?? []) as Json[];
}

function pick(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function omit(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}
