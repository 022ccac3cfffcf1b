import type { CommandSpec } from "./command.ts";
import { approvals } from "./commands/approvals/spec.ts";
import { canary } from "./commands/canary/spec.ts";
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
import { unfreeze } from "./commands/unfreeze/spec.ts";
import { verify } from "./commands/verify/spec.ts";

/** Every command, in the order of the help: first what somebody on call looks for. */
export const COMMANDS: readonly CommandSpec[] = [
  status,
  kill,
  rollback,
  revive,
  canary,
  promote,
  resolve,
  observe,
  freeze,
  unfreeze,
  history,
  approvals,
  init,
  lint,
  list,
  show,
  log,
  render,
  publish,
  verify,
  evalCommand,
  diff,
  gate,
  stats,
  judge,
  runs,
  store,
  doctor,
];
