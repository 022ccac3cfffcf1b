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
      need: run.need.map(({ check, cases, clusters, why, other }) => ({
        ...{ check, cases, clusters, why: needText(why, clusters !== null) },
        other: other === null ? null : needDocument(other),
      })),
    })),
    notes: found.notes.map(gateNoteText),
  };
}

function needText(why: NeedFor, clustered: boolean): string {
  if (why.code === "on-the-bound") return "what was seen lies on the bound";
  if (why.code === "to-bound-it") return "to bound it at all";
  return why.code === "as-seen" ? "if the rest goes like these" : aimText(why, clustered);
}

/** What was there before a push, as its job knows it; nobody has these words outside one. */
const BEFORE = {
  github: ", or in a push job --base ${{ github.event.before }}",
  gitlab: ', or in a push job --base "$CI_COMMIT_BEFORE_SHA"',
  none: "",
};

export function gateNoteText(note: GateNote): string {
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
    case "itself": {
      const is =
        note.is === "head"
          ? `${note.base} is the commit that is checked out (${note.commit.slice(0, 10)})`
          : `${note.base} has the commit that is checked out (${note.commit.slice(0, 10)}) and newer ones`;
      return `${is}: nothing can differ, and nothing was compared. Name what was there before: --base HEAD~1${BEFORE[note.job ?? "none"]}`;
    }
    case "ambiguous-base":
      return `${note.base} was taken as ${note.ref}; there is also ${note.others.join(", ")}`;
    case "moved":
      return `the project was in ${note.from === "" ? "the repository's top folder" : note.from} at the merge base, and is compared with what it was there`;
    case "renamed":
      return `${note.artifact} was ${note.from} at the merge base, which is its control`;
    case "replaced":
      return `${note.artifact} is new while ${note.gone.join(", ")} is gone, and git does not see that one became the other: it has no control. git add it, rename it in a commit of its own (git mv), or delete the old one in another pull request`;
    case "moved-away":
      return `${note.artifact} was moved to ${note.to}, where no prompt and no agent is looked for: they are in prompts/NAME.prompt.yml and agents/NAME.agent.yml`;
    case "provider-changed":
      return `models.${note.provider} is another than at the merge base: what that changes for ${note.users.join(", ")} was not measured`;
    case "submodule-changed":
      return `suites or their cases are in a submodule, ${note.path}, which is another than at the merge base: what changed in it cannot be compared here`;
    case "suites-absent":
      return `not checked out, so nothing measured by them: ${note.files.join(", ")}`;
    case "partly-staged":
      return `${note.file} is staged with another text than the worktree's, which is what was judged: a commit takes what is staged`;
    case "yardstick-changed":
      return `${note.file} changed on this branch too: both sides were judged by it as it is now`;
  }
}
