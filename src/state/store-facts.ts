/** A store as it is found: nothing was made, and nothing was migrated. */
export interface StoreFacts {
  /** For people: "SQLite", "PostgreSQL 15.14". */
  engine: string;
  /** Null before the first command made it. */
  schema: { version: number; pending: number } | null;
  /** Whether the next command that writes makes what is pending; else somebody does who may. */
  migratesItself: boolean;
  writable: boolean;
  /** Null where the store has no clock of its own. */
  clock: ComparedClock | null;
}

export interface ComparedClock {
  /** This machine's clock less the store's; the way back of its answer is taken for half of the round trip. */
  aheadMs: number;
  roundTripMs: number;
}
