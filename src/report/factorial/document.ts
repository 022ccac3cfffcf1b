import type { FactorialFound } from "../../comparison/factorial/factorial.ts";
import type { FactorialNote } from "../../comparison/factorial/measure.ts";
import type { FactorialDocument } from "../../comparison/factorial/schema.ts";
import { plural } from "../../core/words.ts";
import { noteText } from "../diff/document.ts";

/** `agentops.factorial/1`: a 2 × 2 with its notes in words. */
export function factorialDocument(found: FactorialFound): FactorialDocument {
  return {
    ...found,
    experiments: found.experiments.map((one) => ({ ...one, notes: one.notes.map(factorialNoteText) })),
  };
}

export function factorialNoteText(note: FactorialNote): string {
  if (note.code === "stand-in") return noteText(note);
  if (note.code === "partly-fresh")
    return `${note.metric} is of ${plural(note.cases, "case")} answered afresh in all four cells; ${note.leftOut} left out`;
  if (note.code === "not-everywhere")
    return `${note.metric} is not measured: ${plural(note.leftOut, "case")} lack it in a cell`;
  const why = note.simulated
    ? "it is simulated on a virtual clock"
    : "no case was answered afresh in all four cells (--no-cache asks again, --live ignores recordings)";
  return `${note.metric} is not measured: ${why}`;
}
