import { bucketOf } from "../serving/assignment.ts";

/** Units that are remembered twice over: an hour's users of most agents. */
const MOST_UNITS = 10_000;
/** Rollouts whose units are remembered; one that is over is not asked for again. */
const MOST_ROLLOUTS = 8;

/** Where a unit stands in a rollout. */
export interface Place {
  unit: string;
  bucket: number;
  /** Answers to it that are counted and not collected yet. */
  waiting: number;
}

/** Places of units in one rollout, each computed once while it is asked for: the hash costs more than all the rest of an answer. */
export class Places {
  readonly #rollout: string;
  #young = new Map<string, Place>();
  #old = new Map<string, Place>();

  constructor(rollout: string) {
    this.#rollout = rollout;
  }

  of(unit: string): Place {
    return this.#young.get(unit) ?? this.#added(unit);
  }

  #added(unit: string): Place {
    const place = this.#old.get(unit) ?? { unit, bucket: bucketOf(this.#rollout, unit), waiting: 0 };
    if (this.#young.size >= MOST_UNITS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(unit, place);
    return place;
  }
}

/** Of the rollouts that are under way; they outlive the changes that routes do not. */
export class Buckets {
  readonly #rollouts = new Map<string, Places>();

  in(rollout: string): Places {
    const known = this.#rollouts.get(rollout);
    if (known !== undefined) return known;
    const [oldest] = this.#rollouts.keys();
    if (oldest !== undefined && this.#rollouts.size >= MOST_ROLLOUTS) this.#rollouts.delete(oldest);
    const places = new Places(rollout);
    this.#rollouts.set(rollout, places);
    return places;
  }
}
