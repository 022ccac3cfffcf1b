import type { ArtifactKind } from "../core/refs.ts";
import type { Agent } from "./agent.schema.ts";
import type { Prompt } from "./schema.ts";

/** An artifact read at one point of time, with everything it reads. */
export interface LoadedArtifact {
  kind: ArtifactKind;
  name: string;
  /** `prompts/NAME` or `agents/NAME`, without the point. */
  address: string;
  /** `v7` when the content equals a published version at that point, else null. */
  version: string | null;
  /** Commit the content was read from; null for the worktree. */
  commit: string | null;
  /** `sha256:…` over the canonical form of the parsed artifact and everything it reads. */
  digest: string;
  /** Files it was read from, relative to the project root: its own first. */
  files: string[];
  /** The prompt: the artifact itself, or the one an agent names. */
  prompt: Prompt;
  /** Set for an agent. */
  agent: Agent | null;
  /** The model pin in force: the agent's, else the prompt's. */
  model: string | undefined;
  /** Parsed files as written, what the digest covers: `{ prompt }` or `{ agent, prompt }`. */
  content: Record<string, unknown>;
}
