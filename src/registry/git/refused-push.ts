import { AgentopsError } from "../../core/errors.ts";
import { wordsOf } from "./answer-words.ts";
import { readAnswer, type RefusedRef } from "./answer.ts";
import type { GitResult } from "./git.ts";

/** What was pushed, and what can be done when it was not taken. */
export interface Pushed {
  remote: string;
  /** `the tag prompts/p/v1`. */
  what: string;
  /** `decides who makes such tags`. */
  rule: string;
  /** `then publish again`. */
  then: string;
}

/** What a remote says when it could not do it, and not that it will not. */
const TROUBLE = /^(?:|failed to update ref|failed to write|.*cannot lock ref.*|reference already exists|[Ii]nternal [Ss]erver [Ee]rror|unpacker error|missing necessary objects|failed|remote failed to report status|.*n\/a.*)$/; // prettier-ignore

/** What a person can do about, of what a remote could not take. */
const OURS = ["shallow", "too large", "refused objects", "not let in"];

/** Of a hook or a rule, whose words are anybody's. */
const DECLINED = /hook declined|declined due to|protected|prohibited/;

/** Where the remote's own folders cannot be written by who pushes: somebody there has to change it. */
const NOT_WRITABLE = /unable to create temporary object directory|insufficient permission|[Pp]ermission denied|Read-only file system/; // prettier-ignore

/** Whose fault it is that a remote did not take what was pushed: POLICY_REFUSED for its rules and hooks, else GIT_REFUSED or GIT_FAILED. */
export function refusedPush(pushed: Pushed, refused: readonly RefusedRef[], result: GitResult): AgentopsError {
  const { remote, what, rule, then } = pushed;
  const { kind, code, hint, said } = readAnswer(result);
  const { byRemote = false, reason = "" } = refused[0] ?? {};
  const words = /^remote: *\S/m.test(said) ? wordsOf(said) : [];
  const unpack = /remote unpack failed: (.+)/.exec(said)?.[0];
  const lines = words.length > 0 ? words : [reason === "unpacker error" && unpack !== undefined ? unpack : reason];
  const message = `${remote} refuses ${what}: ${lines.join("\n  ")}`;
  const details = { git: said, refused };
  const declined = byRemote && DECLINED.test(reason);
  if (!declined && reason === "unpacker error" && NOT_WRITABLE.test(said) && !/No space left|quota/i.test(said))
    return new AgentopsError("GIT_REFUSED", message, {
      hint: `who pushes may not write in ${remote}: whoever runs it must let this user (git init --shared, core.sharedRepository group)`,
      details,
    });
  if (!declined && OURS.includes(kind)) return new AgentopsError(code, message, { hint: hint ?? `ask who runs ${remote}`, details }); // prettier-ignore
  if (!byRemote || TROUBLE.test(reason)) {
    return new AgentopsError("GIT_FAILED", message, {
      hint: `run the command again; where it stays so, ask who runs ${remote}`,
      details,
    });
  }
  return new AgentopsError("POLICY_REFUSED", message, {
    hint: `a rule or a hook of ${remote} ${rule}: ask who administers it, ${then}`,
    details,
  });
}
