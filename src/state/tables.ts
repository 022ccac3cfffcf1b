import type { Generated, Selectable } from "kysely";
import type { CountTables } from "./count-tables.ts";
import type { RunTables } from "./run-tables.ts";
import type { TraceTables } from "./trace-tables.ts";

/** A row as it is read. */
export type Row<Table extends keyof Database> = Selectable<Database[Table]>;

/** Rows as stored. Times are ISO-8601 UTC text, booleans 0/1, structures canonical JSON text. */
export interface Database extends RunTables, CountTables, TraceTables {
  calibrations: {
    id: string;
    /** Digest of the scorer's content: rubric, pin, threshold, what the judge is shown. */
    judgeKey: string;
    suite: string;
    scorer: string;
    runId: string | null;
    verdict: "usable" | "refused";
    labelsDigest: string;
    /** The document (agentops.judge/1). */
    result: string;
    actor: string;
    createdAt: string;
  };
  /** Agents' processes as they show themselves. */
  processes: {
    id: string;
    /** Null where it serves none by name. */
    environment: string | null;
    host: string;
    pid: number;
    startedAt: string;
    seenAt: string;
    /** The store's change that it has seen. */
    revision: number;
    /** JSON: target@version of the last minute. */
    serves: string;
  };
  /** What is killed now; `environment` "*" is every one, `target` "all" everything. */
  kills: { environment: string; target: string; actor: string; reason: string; at: string };
  auditEvents: {
    id: Generated<number>;
    /** When it was done; `recordedAt` is later where the store could not be written then. */
    at: string;
    recordedAt: string;
    actor: string;
    action: string;
    environment: string;
    target: string;
    reason: string;
    /** State before and after, canonical JSON; null where there was or is none. */
    before: string | null;
    after: string | null;
    /** Place in the chain; null until an event that an older release appended is sealed. */
    seq: number | null;
    /** The hash of the event before it, and its own: SHA-256 over both's canonical JSON, hex. */
    prev: string | null;
    hash: string | null;
    /** What of an agent's work it belongs to, how the actor was known, which rules decided, which program did it. */
    traceId: string | null;
    taskId: string | null;
    authenticated: string | null;
    rules: string | null;
    via: string | null;
  };
  /** Versions copied whole, so that serving them needs no git. */
  releases: {
    target: string;
    version: string;
    digest: string;
    /** JSON of what `resolve` gives as `value`. */
    content: string;
    gitCommit: string;
    publishedBy: string;
    publishedAt: string;
    releasedAt: string;
  };
  /** Changes of what an environment serves to everybody; the newest of a target counts. */
  stables: {
    id: Generated<number>;
    environment: string;
    target: string;
    version: string;
    how: "promote" | "rollout" | "rollback";
    rollout: number | null;
    at: string;
    actor: string;
    reason: string;
    auditEvent: number;
  };
  rollouts: {
    seq: Generated<number>;
    id: string;
    environment: string;
    target: string;
    /** Versions. */
    control: string;
    candidate: string;
    /** JSON; what queries look at is kept in columns beside it. */
    plan: string;
    state: string;
    phase: string;
    weight: number;
    /** The look that arrivals are counted in now. */
    look: number;
    evidence: string;
    caps: string;
    createdAt: string;
    endedAt: string | null;
    /** The first minute (since 1970) that has not settled; null where nothing waits for that. */
    settledTo: number | null;
    /** Outcomes that came, or were corrected, after theirs had been counted. */
    correctedAfter: Generated<number>;
    /** Outcomes of either version that somebody asked for by name. */
    forced: Generated<number>;
    /** Answers that settled without an outcome, and count as failures, by arm. */
    assumedControl: Generated<number>;
    assumedCandidate: Generated<number>;
  };
  /** Every change of a rollout's state, with the event that made it. */
  transitions: {
    rollout: number;
    seq: number;
    at: string;
    actor: string;
    event: string;
    phase: string;
    step: number;
    weight: number;
    state: string;
    auditEvent: number;
  };
  /** A person's word for one content of one version in one environment. */
  approvals: {
    id: Generated<number>;
    environment: string;
    target: string;
    version: string;
    digest: string;
    actor: string;
    reason: string;
    at: string;
    auditEvent: number;
  };
  /** Evidence from another machine, as it was imported. */
  evidence: {
    digest: string;
    target: string;
    targetDigest: string;
    suite: string;
    verdict: string;
    /** JSON of an agentops.evidence/1. */
    document: string;
    /** The file it came from. */
    source: string;
    actor: string;
    importedAt: string;
  };
  /** Who holds what until when; free once that time has passed. */
  leases: { name: string; holder: string; expiresAt: string };
  /** One row: another value after each operator's change, in the order of their commits. */
  revision: { storeId: string; value: number; movedTo: string | null };
  /** Those since there are two engines. */
  migrations: { number: number; kind: "additive" | "breaking"; at: string };
}
