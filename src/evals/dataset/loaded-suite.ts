import type { YamlFile } from "../../core/yaml.ts";
import type { LoadedArtifact } from "../../registry/artifact.ts";
import type { Suite } from "./schema.ts";

/** A suite as read, from a file of its own or from the prompt file that carries it. */
export interface LoadedSuite {
  spec: Suite;
  /** Relative to the project root. */
  file: string;
  /** Absolute folder that relative paths in the suite start from. */
  baseDir: string;
  /** Digest of the suite as written. */
  digest: string;
  /** What was read. */
  bytes: Uint8Array;
  yaml: YamlFile;
  /** The prompt that carries it, where that is no artifact of the project. */
  prompt?: LoadedArtifact;
  /** What was left out on the way to it. */
  warnings?: string[];
}
