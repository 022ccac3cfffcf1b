import { listEnvironments } from "../../../core/environments.ts";
import { CONFIG_FILE } from "../../../core/location.ts";
import { AgentopsError } from "../../../core/errors.ts";
import { EVERY } from "../../../kill/latch.ts";
import { status } from "../../../status/status.ts";
import { statusDocument } from "../../../report/status/document.ts";
import { statusText } from "../../../report/status/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { openSwitchboard, shownStore } from "../../open/switchboard.ts";

/** 5: something is killed. 4: nothing that could be read is, but not everything could be read. 1: something else needs a person. */
export async function run(context: CommandContext): Promise<number> {
  const problems: string[] = [];
  const { board, location } = openSwitchboard(context, (what) => problems.push(`${what}: AGENTOPS_STORE names it`));
  const typed = context.flags.env;
  const only = typed === EVERY ? undefined : typed;
  const known = await listEnvironments(location);
  if (only !== undefined && known !== null && known.length > 0 && !known.includes(only))
    throw new AgentopsError("CONFIG_INVALID", `unknown environment "${only}"`, {
      hint: `environments in agentops.config.yaml: ${known.join(", ")}; --env '*' shows every one`,
    });
  if (known === null && only === undefined)
    context.note(
      `note: ${location.configFile === null ? `there is no ${CONFIG_FILE}` : `${CONFIG_FILE} cannot be read`}; only environments that the store or a kill names are shown`,
    );
  const environments = known?.length === 0 ? ["production"] : (known ?? []);
  const found = statusDocument(await status(board, { environments, only, problems }));
  await emitDocument(context, found, (style) => statusText(found, style, shownStore(context, found.store)));
  if (found.environments.some(({ killed }) => killed.length > 0)) return 5;
  if (found.problems.length > 0) return 4;
  return found.environments.some(({ targets }) => targets.some(({ wrong }) => wrong.length > 0)) ? 1 : 0;
}
