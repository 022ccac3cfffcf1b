import { type ArtifactKind, NAME_PATTERN } from "../core/refs.ts";

/** Extensions by kind; the first is what we write, the second is read too. */
const SUFFIXES: Record<ArtifactKind, readonly [string, string]> = {
  prompts: [".prompt.yml", ".prompt.yaml"],
  agents: [".agent.yml", ".agent.yaml"],
};

export const KINDS: readonly ArtifactKind[] = ["prompts", "agents"];

/** Names of the files that artifacts are in, wherever they are. */
export const ARTIFACT_GLOBS: readonly string[] = KINDS.flatMap((kind) => SUFFIXES[kind].map((suffix) => `*${suffix}`));

/** An artifact as its file name tells it. */
export interface ArtifactFile {
  kind: ArtifactKind;
  name: string;
  /** Relative to the project root, forward slashes. */
  path: string;
}

/** A prompt's file, wherever it is. */
export const PROMPT_FILE = /\.prompt\.ya?ml$/;

/** `prompts/NAME` or `agents/NAME`. */
export function addressOf(kind: ArtifactKind, name: string): string {
  return `${kind}/${name}`;
}

/** Where an artifact's file may be, relative to the project root, the usual place first. */
export function pathsOf(kind: ArtifactKind, name: string): string[] {
  return SUFFIXES[kind].map((suffix) => `${kind}/${name}${suffix}`);
}

/** The artifact a file of a folder holds, or null for a file of another sort. */
export function artifactFileOf(kind: ArtifactKind, fileName: string): ArtifactFile | null {
  const suffix = SUFFIXES[kind].find((s) => fileName.endsWith(s));
  if (suffix === undefined || fileName.length === suffix.length || fileName.startsWith(".")) return null;
  return { kind, name: fileName.slice(0, -suffix.length), path: `${kind}/${fileName}` };
}

/**
 * Whether a name in a file contradicts the file's own name, which refs and tags come from. A prompt may carry a name for
 * people ("Text Summarizer"), as GitHub Models' files do; that is no address.
 */
export function isMisnamed(kind: ArtifactKind, written: string, fileName: string): boolean {
  return written !== fileName && (kind === "agents" || NAME_PATTERN.test(written));
}
