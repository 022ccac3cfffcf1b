/** What a column's type is called on an engine. */
export interface Types {
  text: string;
  integer: string;
  real: string;
  bytes: string;
  /** Of a column that numbers new rows, and is the key. */
  numbered: string;
  /** After a table that is read by its key alone: rows lie in its index, and nowhere else. */
  keyed: string;
}

/** Written once for both engines; what differs beyond types is in `sqlite` and `postgres`, which run after `tables`. */
export interface Migration {
  /**
   * `additive`: processes of an older release of the same major go on reading, observing and killing in a store that has it, so columns are
   * added with a default or without a need. `breaking`: they refuse it. Neither rewrites rows: that would be in the way of a kill.
   */
  kind: "additive" | "breaking";
  tables: (types: Types) => string;
  sqlite: string;
  postgres: string;
}
