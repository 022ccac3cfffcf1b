import { existsSync } from "node:fs";
import { sep } from "node:path";
import { AgentopsError } from "../../../core/errors.ts";
import type { Project } from "../../../core/project.ts";
import { redactor } from "../../../core/redact.ts";
import { doctorDocument } from "../../../report/doctor/document.ts";
import { doctorText } from "../../../report/doctor/text.ts";
import { doctor } from "../../../upkeep/doctor/doctor.ts";
import { findActor } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { storeSetting } from "../../open/switchboard.ts";

/** Where no terminal says how wide it is: a log, an issue, half a screen. */
const WIDTH = 60;

/** 2: there is a problem. */
export async function run(context: CommandContext): Promise<number> {
  const { cwd, clock, shell } = context;
  const project = await context.project().catch(unlessUsage);
  const { address, location } = storeSetting(context, (what) => {
    context.note(`warning: ${what}`);
  });
  // A config that was named may be in a folder that is not there.
  const root = existsSync(location.root) ? location.root : cwd;
  const actor = await findActor(context);
  const findings = await doctor({ root, location, env: shell.env, clock, project, actor, store: address });
  const secrets = redactor([...passwordsIn(address.location), shell.env["PGPASSWORD"]]);
  const redact = project instanceof Error ? secrets : (text: string) => project.redact(secrets(text));
  const found = doctorDocument(findings, redact);
  const here = cwd.endsWith(sep) ? null : `${cwd}${sep}`;
  await emitDocument(context, found, (style) => doctorText(found, style, widthOf(context), here));
  return found.checks.some(({ state }) => state === "problem") ? 2 : 0;
}

/** What was typed wrong is no state of the machine. */
function unlessUsage(error: unknown): Project | Error {
  if (!(error instanceof Error) || (error instanceof AgentopsError && error.code === "USAGE")) throw error;
  return error;
}

function passwordsIn(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password, searchParams } = new URL(address);
  const given = [
    password,
    ...[...searchParams].filter(([key]) => /pass|secret|key|token/i.test(key)).map(([, value]) => value),
  ];
  return given.filter((each) => each !== "").flatMap((each) => [each, decoded(each)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function widthOf({ shell, flags }: CommandContext): number {
  const columns = flags.output === undefined ? shell.stdout.columns : undefined;
  return Math.min(100, Math.max(40, columns ?? WIDTH));
}
