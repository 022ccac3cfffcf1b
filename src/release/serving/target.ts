import { AgentopsError } from "../../core/errors.ts";
import { parseRef } from "../../core/refs.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Sqlite } from "../../state/connection.ts";

/** Which released artifact a name means, without git: `NAME`, `prompts/NAME`, `agents/NAME`. Throws REF_INVALID, NOT_RELEASED. */
export function releasedTarget(sqlite: Sqlite, name: string): string {
  const { kind, name: bare } = parseRef(name);
  const known = sqlite.prepare("SELECT DISTINCT target FROM releases ORDER BY target").pluck().all() as string[];
  const wanted = kind === undefined ? [`prompts/${bare}`, `agents/${bare}`] : [`${kind}/${bare}`];
  const [only, other] = wanted.filter((target) => known.includes(target));
  if (only !== undefined && other === undefined) return only;
  if (only !== undefined && other !== undefined) {
    throw new AgentopsError("REF_INVALID", `${name} is both a prompt and an agent`, {
      hint: `say which: ${only} or ${other}`,
    });
  }
  throw new AgentopsError("NOT_RELEASED", `${name} was never released`, {
    hint: known.length === 0 ? `agentops promote ${name}@v1` : didYouMean(name, known),
  });
}
