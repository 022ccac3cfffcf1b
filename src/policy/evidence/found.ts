import type { RunInput } from "../../evals/inputs/schema.ts";

/** A run compared with another version's, or one judged by its own numbers alone. */
export type EvidenceKind = "gate" | "bounds";

/** The content that a gate was compared with. */
export interface ControlContent {
  digest: string;
  /** As which it was evaluated; null for content that was no version. */
  version: string | null;
  /** Who answered for it, where that is not its own model. */
  model?: string | undefined;
}

/** The newest judged run of its kind, and against its control, of one suite on exactly this content, made of what is committed. */
export interface SuiteEvidence {
  suite: string;
  kind: EvidenceKind;
  /** Null for bounds, and where a gate does not say it. */
  control: ControlContent | null;
  verdict: "pass" | "fail" | "inconclusive" | "none";
  run: string;
  createdAt: string;
  source: "local" | "imported" | "note";
}

/** Evidence that was found and does not count. */
export interface IgnoredEvidence {
  /** `run ID was answered by …`. */
  why: string;
  /** What makes it count; null where nothing does. */
  way: string | null;
  /** The suite whose next run would count in its place; null where there is none. */
  again: string | null;
}

/** What is found before it is known to count. */
export interface EvidenceCandidate extends Omit<SuiteEvidence, "verdict"> {
  model: string;
  inputs: readonly RunInput[] | undefined;
  /** Why it is no whole run, or none of this content; undefined when it is. */
  unfit: string | undefined;
  /** Of a stored run it takes reading its trials and its control's. */
  verdict: () => Promise<SuiteEvidence["verdict"]>;
}
