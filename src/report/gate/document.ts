import type { GateFound, GateNote, NeedFor } from "../../gate/found.ts";
import type { GateDocument } from "../../gate/gate.schema.ts";
import { aimText, needDocument } from "../diff/document.ts";
import { weakenedDocument } from "./weakened.ts";
import { runDocument } from "../evaluation/document.ts";

/** `agentops.gate/1`: a gate's findings in words. */
export function gateDocument(found: GateFound): GateDocument {
  return {
    ...found,
    weakened: found.weakened.map(weakenedDocument),
    runs: found.runs.map((run) => ({
      ...runDocument(run),
      need: run.need.map(({ check, cases, why, other }) => ({
        ...{ check, cases, why: needText(why) },
        other: other === null ? null : needDocument(other),
      })),
    })),
    notes: found.notes.map(gateNoteText),
  };
}

function needText(why: NeedFor): string {
  if (why.code === "on-the-bound") return "what was seen lies on the bound";
  if (why.code === "to-bound-it") return "to bound it at all";
  return why.code === "as-seen" ? "if the rest goes like these" : aimText(why);
}

function gateNoteText(note: GateNote): string {
  switch (note.code) {
    case "unmeasured": {
      const way =
        note.missingSuites.length > 0
          ? `its evals: name ${note.missingSuites.join(", ")}, which is no suite under evals/`
          : `write evals/NAME.suite.yml with target: ${note.artifact}`;
      return `no suite names ${note.artifact}, so nothing measured it: ${way}`;
    }
    case "no-gate":
      return `${note.suiteFile} has no gate, and ${note.artifact} no control: write gate: { successRate: { min: … } }`;
    case "new":
      return `${note.artifact} is new: ${note.suite} judged it by its bounds alone`;
    case "invalid-control":
      return `${note.artifact} was not valid at the merge base, so it has no control: ${note.message}`;
    case "orphaned":
      return `${note.artifact} was deleted, but ${note.suiteFile} still names it`;
    case "not-run":
      return `not run after that failure, so nothing is known of it: ${note.suites.join(", ")}`;
    case "nothing-to-accept":
      return "--accept took nothing: no shown improvement is bought with more latency or cost than its bound";
    case "yardstick-changed":
      return `${note.file} changed on this branch too: both sides were judged by it as it is now`;
  }
}
