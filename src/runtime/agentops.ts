import { systemClock } from "../core/clock.ts";
import { AgentopsError } from "../core/errors.ts";
import { chance, newId } from "../core/ids.ts";
import { nothing } from "../serving/resolve.ts";
import { atExit } from "./at-exit.ts";
import { Buckets } from "./buckets.ts";
import type { ObservationStats } from "./backlog-account.ts";
import { ExposureCounter } from "./exposure-counter.ts";
import { type ExposureQueue, exposureQueue, type ExposureStats } from "./exposure-queue.ts";
import { exactAnswer, versionOf } from "./exact.ts";
import { type KillSwitch, killedError, killSwitchOf } from "./kill-switch.ts";
import { type Observed, type Observer, openObserver } from "./observer.ts";
import {
  type Answers,
  environmentOf,
  quickAnswer,
  type Resolved,
  type Route,
  routeOf,
  type Sources,
  unitOf,
  withServed,
} from "./resolution.ts";
import { addressFor, type AgentOpsOptions, given, lastGoodOf, makeMarkers, plainOptions } from "./options.ts";
import { type Signals, watchSignals } from "./signals.ts";
import { openRowReader } from "./row-reader.ts";
import { openStoreReader, type StoreReader } from "./store-reader.ts";
import { batchWriter, END_WAIT_MS, exposureWriter } from "./store-writers.ts";
import { type StoreThread, storeThread } from "./store-thread.ts";
import { threadReader } from "./thread-reader.ts";

/** Between two looks answers come from memory alone: a look costs more than an answer, and a kill may take 50 ms to be seen. */
const LOOK_EVERY_MS = 20;

const SHOW_AFTER_MS = 500;

/** What an agent's own process asks before each step. One a process; answers come from memory. */
export class AgentOps {
  readonly store: string;
  readonly environment: string | null;
  readonly #failClosed: boolean;
  readonly #reader: StoreReader;
  readonly #signals: Signals;
  readonly #observer: Observer;
  /** Answers until the next change. */
  readonly #known = new Map<string, KillSwitch>();
  readonly #routes = new Map<string, { route: Route; answers: Answers }>();
  readonly #counter: ExposureCounter;
  readonly #sources: Sources;
  readonly #exposures: ExposureQueue;
  readonly #thread: StoreThread;
  readonly #shows: NodeJS.Timeout;
  readonly #forget: () => void;
  readonly #openedAt = systemClock.monotonicMs();
  #lookedAt = -Infinity;
  #closed = false;
  #warned = false;

  constructor(options: AgentOpsOptions = {}) {
    const { store, markers, env, failClosed = false, queueLimit = 10_000 } = plainOptions(options);
    const address = addressFor(store, markers);
    this.store = address.shown;
    const source = newId().replaceAll("-", "").slice(-16);
    this.#counter = new ExposureCounter(source, queueLimit, systemClock.now().getTime());
    this.#sources = { chance, buckets: new Buckets(), counter: this.#counter };
    this.environment = (env ?? process.env["AGENTOPS_ENV"] ?? "") || null;
    this.#failClosed = failClosed;
    makeMarkers(address);
    const reads = address.file === null;
    const rows = reads ? threadReader(() => thread) : undefined;
    const thread = storeThread({
      id: newId(),
      environment: this.environment,
      address,
      reads,
      lastGood: lastGoodOf(address),
      onWritten: (written) => {
        this.#observer.written(written);
      },
      onExposed: (exposed) => {
        this.#exposures.exposed(exposed);
      },
      onReading: (reading) => rows?.take(reading),
    });
    this.#reader = openStoreReader(rows ?? openRowReader(address.location, systemClock), address.markers, systemClock);
    this.#observer = openObserver({
      writer: batchWriter(
        thread,
        () => this.#environmentNow(),
        () => {
          this.#exposures.send();
        },
      ),
      limit: queueLimit,
      clock: systemClock,
    });
    this.#exposures = exposureQueue(
      this.#counter,
      exposureWriter(thread, source, () => this.#environmentNow()),
      systemClock,
    );
    this.#thread = thread;
    // A process that ends sooner need not show itself; one that leaves no turn to a timer is shown by its questions.
    this.#shows = setTimeout(() => {
      thread.start();
    }, SHOW_AFTER_MS).unref();
    this.#forget = atExit(() => {
      thread.end(END_WAIT_MS);
    });
    // Taken off the object they work as well: `const { observe } = ops`.
    this.killSwitch = this.killSwitch.bind(this);
    this.checkpoint = this.checkpoint.bind(this);
    this.signal = this.signal.bind(this);
    this.resolve = this.resolve.bind(this);
    this.observe = this.observe.bind(this);
    this.flush = this.flush.bind(this);
    this.stats = this.stats.bind(this);
    this.close = this.close.bind(this);
    this.#signals = watchSignals((name) => this.#errorOf(name));
  }

  /** Whether a target is killed now. Throws REF_INVALID for what is no name, USAGE after close(), and nothing else. */
  killSwitch(name: string): KillSwitch {
    this.#refresh(name);
    // Kept for the next question, so a caller must not change it.
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const judged = Object.freeze(killSwitchOf(this.#reader, this.environment, name, this.#failClosed));
    this.#known.set(name, judged);
    return judged;
  }

  /**
   * Call it before every step: throws AGENT_KILLED while the target is killed. What is known is at most 20 ms old, of a server that is reached
   * half a second; `fresh` asks the store itself, a server for up to 250 ms.
   */
  checkpoint(name: string, options: { fresh?: boolean | undefined } | null = {}): void {
    if (given(options, "fresh") === true) this.#refresh(name, true);
    const error = this.#errorOf(name);
    if (error !== undefined) throw error;
  }

  /** Aborts within 100 ms of a kill, with AGENT_KILLED as its reason; for calls that take long. After a revive, ask for a new one. */
  signal(name: string): AbortSignal {
    this.killSwitch(name);
    return this.#signals.of(name);
  }

  /**
   * The version that a name serves to a unit (user, conversation …), whole and from memory; without a unit, chance decides. Look at `value`
   * (null: nothing can be served) and `reason`; a failing store is no error but the last known good. With `version` the one that is asked
   * for, of those that are served now: nobody drew it, so what comes of it is no evidence. Throws REF_INVALID for what is no name or
   * version, USAGE after close(), and nothing else.
   */
  resolve(name: string, options: { unit?: string | undefined; version?: string | undefined } | null = {}): Resolved {
    this.#refresh(name);
    const unit = unitOf(given(options, "unit"));
    const { route, answers } = this.#routes.get(name) ?? this.#routeTo(name);
    const problem = this.#failClosed ? this.#reader.problem() : null;
    const version = versionOf(given(options, "version"));
    if (version !== undefined && (problem === null || route.kill !== undefined))
      return exactAnswer(route, version, unit);
    if (problem === null || route.kill !== undefined) {
      const answered = quickAnswer(route, answers, unit, this.#sources);
      this.#exposures.counted();
      return answered;
    }
    const closed = nothing(route.target, route.env, `fail closed: ${problem}`);
    return withServed({ ...closed, reason: "DISABLED", errorCode: "STORE_FAILED" }, unit, null, null);
  }

  /**
   * Takes one outcome, to be written soon: `observe({ ...resolved.served, success: true, latencyMs: 812 })`. Never throws and never
   * waits; what is no observation is counted in stats() and said once.
   */
  observe(observed: Observed): void {
    this.#observer.observe(observed);
  }

  /**
   * Writes what was observed, waiting up to 2 s for the store; false when something is left. Done by itself at exit and close(); a signal
   * that nobody handles is no exit, and may cost the last 200 ms.
   */
  flush(): boolean {
    return [this.#exposures.flush(), this.#observer.flush()].every((isDone) => isDone);
  }

  /** What became of the observations, and of the counts of answers. */
  stats(): ObservationStats & ExposureStats {
    return { ...this.#observer.stats(), ...this.#exposures.stats() };
  }

  /** Ends the watch, writes what was observed and closes the store. */
  close(): void {
    clearTimeout(this.#shows);
    this.#forget();
    this.#exposures.close();
    this.#observer.close();
    this.#closed = true;
    this.#signals.close();
    this.#reader.close();
  }

  /** JavaScript passes anything for a name. */
  #refresh(name: unknown, fresh = false): void {
    if (this.#closed) throw new AgentopsError("USAGE", "this AgentOps was closed");
    if (typeof name !== "string") throw new AgentopsError("REF_INVALID", `not a name: ${typeof name}`);
    const now = systemClock.monotonicMs();
    if (!fresh && now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#counter.tick(systemClock.now().getTime());
    if (now - this.#openedAt > SHOW_AFTER_MS) this.#thread.start();
    if (this.#reader.refresh(fresh)) this.#changed();
  }

  #routeTo(name: string): { route: Route; answers: Answers } {
    const added = { route: routeOf(this.#reader, this.environment, name), answers: {} };
    this.#routes.set(name, added);
    return added;
  }

  /** The one that was named, else the store's only one. */
  #environmentNow(): string | null {
    if (this.environment !== null) return this.environment;
    // What is seen here is not seen anew by the next question.
    if (this.#reader.refresh()) this.#changed();
    return environmentOf(this.#reader, null);
  }

  #changed(): void {
    this.#known.clear();
    this.#routes.clear();
    // Of the weights that were in force.
    this.#counter.close();
    const problem = this.#reader.problem();
    if (problem === null || this.#warned) return;
    this.#warned = true;
    process.emitWarning(`agentops: ${problem}; kills still count as far as the rest can be read`);
  }

  #errorOf(name: string): AgentopsError | undefined {
    return killedError(name, this.environment, this.killSwitch(name));
  }
}
