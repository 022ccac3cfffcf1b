import type { ReplayDocument } from "../../rollout/schema.ts";
import { many } from "../numbers.ts";
import type { Style } from "../style.ts";

/** What deciding again from the stored counts came to. */
export function replayText(replay: ReplayDocument, style: Style): string {
  const { looks, transitions, differences } = replay;
  const head = `${replay.target} in ${replay.env}, rollout ${replay.id}`;
  const what = `${many(looks, "look")} and ${many(transitions, "transition")} decided again from the stored counts`;
  if (differences.length === 0)
    return `${head}\n${what}: ${style.good("every verdict and every state came out the same")}`;
  return [head, `${what}: ${style.bad(`${differences.length} differ`)}`, ...differences.map((d) => `  ${d}`)].join(
    "\n",
  );
}
