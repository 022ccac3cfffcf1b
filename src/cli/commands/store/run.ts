import { resolve } from "node:path";
import { durationMs } from "../../../core/duration.ts";
import { AgentopsError } from "../../../core/errors.ts";
import { whole } from "../../../report/numbers.ts";
import { backupText, checkText, copyText, infoText, migrationText, pruneText } from "../../../report/store/text.ts";
import { addressOf, notInForce, runsFile, type StoreAddress, type StoreSetting } from "../../../state/address.ts";
import { migrateStore } from "../../../state/migrate.ts";
import { openStore } from "../../../state/open.ts";
import { backupStore } from "../../../upkeep/store/backup.ts";
import { checkStore } from "../../../upkeep/store/check.ts";
import { copyStore } from "../../../upkeep/store/copy.ts";
import { storeInfo } from "../../../upkeep/store/info.ts";
import { pruneStore } from "../../../upkeep/store/prune.ts";
import type { StoreMigration } from "../../../upkeep/store/schema.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { refuseNone } from "../../open/release-context.ts";
import { refuseUnsure, storeSetting } from "../../open/switchboard.ts";
import { unknownAction } from "../../unknown-action.ts";

type Options = Record<string, unknown>;

const ACTIONS = "info | migrate | check | backup FILE | prune --older-than TIME | copy --to URL";

export async function run(
  context: CommandContext,
  [action = "info", file]: unknown[],
  options: Options,
): Promise<number> {
  const { setting, address } = storeSetting(context, refuseUnsure);
  if (action !== "backup" && file !== undefined)
    throw new AgentopsError("USAGE", `store ${String(action)} takes no file`, { hint: `agentops store ${ACTIONS}` });
  switch (action) {
    case "info":
      return info(context, address, setting);
    case "migrate":
      return migrate(context, address, setting);
    case "check":
      return check(context, address);
    case "backup":
      return backup(context, address, file);
    case "prune":
      return prune(context, address, options);
    case "copy":
      return copy(context, address, options);
    default:
      throw unknownAction("store", String(action), ["info", "migrate", "check", "backup", "prune", "copy"], ACTIONS);
  }
}

async function info(context: CommandContext, address: StoreAddress, setting: StoreSetting): Promise<number> {
  const found = await storeInfo(address, runsFile(setting));
  await emitDocument(context, found, (style) =>
    infoText(found, style, found.moved === null ? null : notInForce(address, found.moved)),
  );
  return 0;
}

async function migrate(context: CommandContext, address: StoreAddress, setting: StoreSetting): Promise<number> {
  const versionNow = async () => (await storeInfo(address, runsFile(setting))).version;
  const { from, to } = await migrateStore(address, versionNow);
  const done: StoreMigration = { schema: "agentops.store-migration/1", url: address.shown, from, to };
  await emitDocument(context, done, () => migrationText(done));
  return 0;
}

/** 1: something is not whole. */
async function check(context: CommandContext, address: StoreAddress): Promise<number> {
  refuseNone(address);
  const found = await checkStore(address);
  await emitDocument(context, found, (style) => checkText(found, style));
  return found.ok ? 0 : 1;
}

async function backup(context: CommandContext, address: StoreAddress, file: unknown): Promise<number> {
  if (typeof file !== "string")
    throw new AgentopsError("USAGE", "to which file?", { hint: "agentops store backup backup.db" });
  const done = await backupStore(address, resolve(context.cwd, file));
  await emitDocument(context, done, () => backupText(done));
  return 0;
}

async function prune(context: CommandContext, address: StoreAddress, options: Options): Promise<number> {
  const typed = options["olderThan"] as string | undefined;
  const ms = typed === undefined ? undefined : durationMs(typed);
  if (ms === undefined || ms < 86_400_000)
    throw new AgentopsError(
      "USAGE",
      `--older-than takes a time of at least a day${typed === undefined ? "" : `, not "${typed}"`}`,
      {
        hint: "agentops store prune --older-than 90d",
      },
    );
  refuseNone(address);
  const before = new Date(context.clock.now().getTime() - ms).toISOString();
  const store = await openStore(address, { durability: "full", answerMs: Infinity });
  try {
    const done = await pruneStore(store, { before, dryRun: options["dryRun"] === true, signal: context.signal });
    await emitDocument(context, done, () => pruneText(done));
    return 0;
  } finally {
    await store.close();
  }
}

async function copy(context: CommandContext, from: StoreAddress, options: Options): Promise<number> {
  const to = options["to"] as string | undefined;
  if (to === undefined)
    throw new AgentopsError("USAGE", "to which server?", { hint: "--to postgres://USER@HOST/DATABASE" });
  if (options["yes"] !== true)
    throw new AgentopsError("USAGE", `${from.shown} takes no more writes once it was copied`, {
      hint: "the same with --yes, once the agents' processes and watchers are stopped",
    });
  refuseNone(from);
  const { clock, signal } = context;
  const onProgress = (table: string, rows: number) => {
    context.note(`${table}: ${whole(rows)} rows`);
  };
  const done = await copyStore({ from, to: addressOf(to), clock, signal, onProgress });
  await emitDocument(context, done, (style) => copyText(done, style));
  return 0;
}
