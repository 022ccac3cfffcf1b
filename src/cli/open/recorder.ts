import { messageOf } from "../../core/errors.ts";
import type { Recorder } from "../../observations/record.ts";
import { turningRecorder } from "../../operations/record.ts";
import { reasonText } from "../../report/rollout/reasons.ts";
import type { Store } from "../../state/store.ts";
import type { CommandContext } from "../context.ts";
import { tellOfEnds } from "./tell.ts";

/** Records outcomes for a command, and takes the turns that they make due. */
export function turningRecorderOf(context: CommandContext, open: Store, markers: string | null): Recorder {
  return turningRecorder(open, {
    clock: context.clock,
    markers,
    via: "observe",
    say: reasonText,
    tell: (opened, env) => tellOfEnds(context, opened, env),
    onTrouble: (error) => {
      context.note(
        `note: recorded, but the rollout's turn could not be taken: ${messageOf(error)}; the next one tries again`,
      );
    },
  });
}
