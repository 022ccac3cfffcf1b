import type { CommandSpec } from "./command.ts";
import { approvals } from "./commands/approvals/spec.ts";
import { canary } from "./commands/canary/spec.ts";
import { collect } from "./commands/collect/spec.ts";
import { completion } from "./commands/completion/spec.ts";
import { config } from "./commands/config/spec.ts";
import { diff } from "./commands/diff/spec.ts";
import { doctor } from "./commands/doctor/spec.ts";
import { evalCommand } from "./commands/eval/spec.ts";
import { freeze } from "./commands/freeze/spec.ts";
import { gate } from "./commands/gate/spec.ts";
import { history } from "./commands/history/spec.ts";
import { init } from "./commands/init/spec.ts";
import { judge } from "./commands/judge/spec.ts";
import { kill } from "./commands/kill/spec.ts";
import { lint } from "./commands/lint/spec.ts";
import { list } from "./commands/list/spec.ts";
import { log } from "./commands/log/spec.ts";
import { observe } from "./commands/observe/spec.ts";
import { promote } from "./commands/promote/spec.ts";
import { publish } from "./commands/publish/spec.ts";
import { render } from "./commands/render/spec.ts";
import { resolve } from "./commands/resolve/spec.ts";
import { revive } from "./commands/revive/spec.ts";
import { rollback } from "./commands/rollback/spec.ts";
import { runs } from "./commands/runs/spec.ts";
import { show } from "./commands/show/spec.ts";
import { stats } from "./commands/stats/spec.ts";
import { status } from "./commands/status/spec.ts";
import { store } from "./commands/store/spec.ts";
import { trace } from "./commands/trace/spec.ts";
import { unfreeze } from "./commands/unfreeze/spec.ts";
import { verify } from "./commands/verify/spec.ts";

/** Every command, by who looks for it, in the order of the help: first somebody on call. */
export const GROUPS: readonly (readonly [who: string, commands: readonly CommandSpec[]])[] = [
  ["On call:", [status, kill, rollback, revive, resolve, history, observe, trace, collect, doctor, config]],
  ["Release manager:", [publish, verify, approvals, canary, promote, freeze, unfreeze]],
  ["CI:", [lint, gate, runs, store]],
  ["Engineer:", [init, list, show, log, render, evalCommand, diff, stats, judge, completion]],
];

export const COMMANDS: readonly CommandSpec[] = GROUPS.flatMap(([, commands]) => commands);
