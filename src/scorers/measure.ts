import { AgentopsError } from "../core/errors.ts";
import type { ModelClient } from "../models/client/client.ts";
import type { Fold } from "./normalize.ts";
import type { BaseType, SpecOf } from "./schema.ts";
import type { Score, ScorerInput } from "./scorer.ts";

/** What scorers need from the outside, once per suite. */
export interface ScorerContext {
  /** Absolute folder of the suite file; relative paths of scorers resolve against it. */
  baseDir: string;
  /** The judge for a model pin; throws what the models room throws (MODEL_UNKNOWN, API_KEY_MISSING). */
  judge: (pin: string) => Promise<ModelClient>;
  /** The environment of `exec` programs. */
  env: NodeJS.ProcessEnv;
}

/** A trial as one scorer sees it: after its own extract and transform. */
export interface Subject {
  output: unknown;
  /** Undefined when the case has none. */
  expected: unknown;
  /** What the scorer's `normalize` makes of a text: done to output and expected, and to be done to whatever they are compared with. */
  fold: Fold;
  input: ScorerInput;
}

/** Measures one subject; throws when it cannot. */
export type Measure = (subject: Subject) => Score | Promise<Score>;

/** Compiles a spec once; throws a {@link fault} when the spec cannot work. */
export type Prepare<T extends BaseType> = (spec: SpecOf<T>, context: ScorerContext) => Measure | Promise<Measure>;

/** A fault in a scorer's spec; `path` leads from the scorer to the value at fault. */
export function fault(path: readonly (string | number)[], message: string, hint?: string): AgentopsError {
  return new AgentopsError("SCORER_INVALID", message, { hint, details: { path } });
}

/** An all-or-nothing score. The reason states a fact, so that it reads right for a `not-` scorer too. */
export function passOrFail(pass: boolean, reason: string): Score {
  return { score: pass ? 1 : 0, pass, reason };
}

/** True for a `not-` scorer. */
export function isInverted(spec: { type: string }): boolean {
  return spec.type.startsWith("not-");
}
