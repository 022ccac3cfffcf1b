import type { Running } from "../../core/running.ts";
import type { LoadedArtifact } from "../../registry/artifact.ts";
import type { RecordedOutputs } from "../dataset/outputs.ts";
import type { Selection } from "../dataset/selection.ts";
import type { Suite } from "../dataset/schema.ts";
import type { RunInput } from "../inputs/schema.ts";
import type { Scorer } from "../../scorers/scorer.ts";

/** The artifact a run judges, frozen: what a resume or a reader of the run sees is what was run. */
export type FrozenTarget = Pick<LoadedArtifact, "address" | "version" | "commit" | "digest" | "prompt" | "agent">;

export type ScorerInfo = Pick<Scorer, "name" | "type" | "category" | "required" | "weight">;

/** Everything a run was made of; stored with it, so that it can be resumed and explained without its files. */
export interface RunSpec {
  suite: Suite;
  suiteFile: string;
  suiteDigest: string;
  /** Folder of the suite, relative to the project root. */
  baseDir: string;
  target: FrozenTarget | null;
  /** What `target.ref` is called in results: `prompts/NAME`, or the file of recorded outputs. */
  targetRef: string;
  /** Model pin; `outputs` when recorded outputs are scored. */
  model: string;
  /** Pins that are asked, in order, where the provider of `model` fails; absent = none. Of what is judged they are no part. */
  fallbacks?: string[];
  trials: number;
  outputs: RecordedOutputs | null;
  /** The scorers as reports name them, in the order of a trial's scores. */
  scorers: ScorerInfo[];
  /** Which scoring its trials were scored by; absent in older runs. */
  scoring?: number;
  /** The run it was compared with. */
  control?: string;
  /** The run that asked for the answers this one took from the store: what was measured of them is there. */
  measuredBy?: string;
  /** Who took what an improvement is bought with, against that control (its run). */
  accepted?: { by: string; reason: string; at: string; control: string | null };
  /** The 2 × 2 it fills a cell of. */
  factorial?: FactorialCell;
  /** Its files as git knows them, with what a run cannot be judged without; absent outside a repository, and in older runs. */
  inputs?: RunInput[] | undefined;
  /** Only some of the dataset's cases were selected: by --sample or --filter. */
  partial?: true;
  /** Cases of the dataset that were not selected; absent in older runs. */
  casesLeftOut?: number;
  /** Recorded outputs of further trials than this run has; absent in older runs. */
  outputsLeftOut?: number;
  /** Recorded outputs that belong to no case; 0 when only some cases were selected. */
  outputsWithoutCase: number;
  /** Who runs it; absent when nobody does any more, and in older runs. */
  process?: Running;
}

type Side = "control" | "candidate";

/** A cell of both versions × both models, with what it takes to fill the others: a resume goes on with them. */
export interface FactorialCell {
  id: string;
  prompt: Side;
  model: Side;
  /** Each version as named, with the digest and the model pin it had. */
  versions: Record<Side, { ref: string; digest: string; model: string }>;
  /** Which cases each cell answers. */
  selection: Selection;
}

/** What one trial left behind; a row of the store in the words of the code. */
export interface ScoreRecord {
  score: number;
  pass: boolean;
  reason: string;
}
