import { existsSync } from "node:fs";
import { AgentopsError } from "../../../core/errors.ts";
import type { Project } from "../../../core/project.ts";
import type { GateOptions } from "../../../gate/gate.ts";
import { planGate } from "../../../gate/plan/plan-gate.ts";
import type { ChosenBase } from "../../../registry/git/base.ts";
import { gatePlanDocument } from "../../../report/gate-plan/document.ts";
import { createStyle } from "../../../report/style.ts";
import { openRunsToRead, openScratchRuns, type RunStore } from "../../../state/runs.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { runsFileFor } from "../../open/address.ts";

const FORMATS = ["text", "json", "markdown"] as const;
type Format = (typeof FORMATS)[number];

/** Reading waits for nobody but a writer that is just making the file anew. */
const WAIT_MS = 5000;

/** What goes with a dry run; throws USAGE, before anything is read, for what is only of a verdict. */
export function dryRunFormat({ flags }: CommandContext, { accept }: Pick<GateOptions, "accept">): Format {
  if (accept !== undefined)
    throw new AgentopsError("USAGE", "--dry-run and --accept exclude each other: nothing is judged, so there is no trade to take"); // prettier-ignore
  if (flags.json !== true && (flags.format === "github" || flags.format === "junit"))
    throw new AgentopsError("USAGE", `--dry-run has no --format ${flags.format}: it judges nothing that could be annotated or counted as a test`, { hint: `one of ${FORMATS.join(", ")}` }); // prettier-ignore
  return chosenFormat(flags, FORMATS);
}

/** Prints what the gate would do. The exit code is 0 also where the gate's own would not be. */
export async function dryRun(
  context: CommandContext,
  project: Project,
  base: ChosenBase,
  { format, ...options }: GateOptions & { format: Format },
): Promise<number> {
  const scratch = openScratchRuns();
  const file = runsFileFor(context.shell, project);
  const store = existsSync(file) ? openRunsToRead(file, WAIT_MS) : scratch;
  try {
    const now = context.clock.now().toISOString();
    const found = await planGate({ project, store, scratch, asked: new Set(), now }, base, options);
    await context.emit(await documentIn(format, gatePlanDocument(found), context));
    return 0;
  } finally {
    await closeAll(store, scratch);
  }
}

async function closeAll(...stores: RunStore[]): Promise<void> {
  for (const store of new Set(stores)) await store.close();
}

async function documentIn(
  format: Format,
  plan: ReturnType<typeof gatePlanDocument>,
  context: CommandContext,
): Promise<string> {
  if (format === "json") return JSON.stringify(plan, null, 2);
  if (format === "markdown") return (await import("../../../report/gate-plan/markdown.ts")).gatePlanMarkdown(plan);
  const { shell, flags } = context;
  const toFile = flags.output !== undefined;
  const { gatePlanText } = await import("../../../report/gate-plan/text.ts");
  return gatePlanText(plan, createStyle(context.color("stdout") && !toFile), toFile ? undefined : shell.stdout.columns);
}
