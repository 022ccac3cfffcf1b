import type { GateDocument } from "../gate.schema.ts";

/** One way in which a suite asks for less than it did at the merge base; `scorer-changed` and `cases-changed` may ask for as much. */
export type WeakChange =
  | { code: "suite-removed" }
  | { code: "not-judged"; artifact: string }
  | { code: "scorer-removed" | "scorer-not-required" | "scorer-not-safety" | "scorer-changed"; scorer: string }
  | { code: "scorer-looser"; scorer: string; key: string; before: number | null; after: number | null }
  | { code: "bound-removed"; bound: string; before: number }
  | { code: "bound-looser"; bound: string; before: number; after: number | null }
  | { code: "by-point" }
  | { code: "trials-fewer"; before: number; after: number }
  | { code: "cases-dropped"; cases: string[]; of: number }
  | { code: "cases-changed"; cases: string[] }
  | { code: "more-errors"; before: number; after: number };

export type WeakenedSuite = Omit<GateDocument["weakened"][number], "changes"> & { changes: WeakChange[] };

/** Whether it asks for less for sure. */
export function isWeaker({ code }: WeakChange): boolean {
  return code !== "scorer-changed" && code !== "cases-changed";
}
