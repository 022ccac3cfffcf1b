import { AgentopsError } from "../../../core/errors.ts";
import { reasonIn } from "../../../core/reason.ts";
import { rolloutView } from "../../../rollout/view.ts";
import { acknowledge } from "../../../operations/acknowledge.ts";
import { operate, type Operation } from "../../../operations/operate.ts";
import { replayRollout } from "../../../rollout/replay.ts";
import { needRollout, openRollouts } from "../../../rollout/rollouts.store.ts";
import type { RolloutDocument, RolloutsDocument } from "../../../rollout/schema.ts";
import { advance as takeOneTurn } from "../../../operations/watch.ts";
import { rolloutDocument } from "../../../report/rollout/document.ts";
import { operatedText } from "../../../report/rollout/operated.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import { replayText } from "../../../report/rollout/replay.ts";
import { rolloutText } from "../../../report/rollout/text.ts";
import { mailmapOf } from "../../../registry/people.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { tellOfEnds } from "../../open/tell.ts";
import { inOperatedStore, type OperatedStore, placeOf } from "../../open/operated-store.ts";
import { unknownAction } from "../../unknown-action.ts";
import { documentOf, emitRollout, exitOf } from "./document.ts";

type Options = Record<string, unknown>;

const ACTIONS = "start | status | advance | approve | pause | resume | abort | ack | watch | shadow | calibrate";

const START = [
  "steps",
  "stepTime",
  "stepObservations",
  "deadline",
  "shadow",
  "control",
  "manual",
  "turns",
  "hypothesis",
  "override",
  "unobserved",
  "dryRun",
  "reason",
];

const SHADOW = ["suite", "sample", "filter", "concurrency", "maxCost"];

/** What each action takes, beside --format and --output. */
const TAKES: Partial<Record<string, readonly string[]>> = {
  start: START,
  status: ["replay"],
  advance: [],
  watch: ["interval"],
  shadow: [...SHADOW, "control", "reason"],
  calibrate: ["since", "runs", "seed", "steps", "stepTime", "stepObservations", "deadline", "fast"],
  approve: ["reason"],
  pause: ["reason"],
  resume: ["reason"],
  abort: ["reason"],
  ack: ["reason"],
};

export async function run(context: CommandContext, [action, name]: unknown[], options: Options): Promise<number> {
  refuseForeign(String(action), options);
  switch (action) {
    case "start": {
      const { start } = await import("./start.ts");
      return start(context, name, options);
    }
    case "watch": {
      const { watch } = await import("./watch.ts");
      return watch(context, name, options);
    }
    case "shadow": {
      const { shadow } = await import("./shadow.ts");
      return shadow(context, name, options);
    }
    case "calibrate": {
      const { calibrate } = await import("./calibrate.ts");
      return calibrate(context, name, options);
    }
    case "status":
      return inOperatedStore(context, (open) => status(context, open, name, options));
    case "advance":
      return inOperatedStore(context, (open) => advance(context, open, name));
    case "approve":
    case "pause":
    case "resume":
    case "abort":
    case "ack":
      return inOperatedStore(context, (open) => operateOn(context, open, { action, name, options }));
    default:
      throw unknownAction("canary", String(action), Object.keys(TAKES), ACTIONS);
  }
}

/** An abort that was asked for a replay must not abort. */
function refuseForeign(action: string, options: Options): void {
  const foreign = [...START, ...SHADOW, "replay", "interval", "since", "runs", "seed"].find((key) => options[key] !== undefined && TAKES[action]?.includes(key) === false); // prettier-ignore
  if (foreign === undefined) return;
  const flag = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new AgentopsError("USAGE", `canary ${action} takes no --${flag}`, { hint: "agentops help canary" });
}

async function status(context: CommandContext, open: OperatedStore, name: unknown, options: Options): Promise<number> {
  if (name === undefined) return list(context, open);
  const place = await placeOf(open, name, "agentops canary status support-triage");
  const rollout = await needRollout(open.store.db, place);
  if (options["replay"] !== true) {
    const document = await documentOf(context, open, rollout);
    await emitRollout(context, document);
    return overdueExit([document]);
  }
  const replay = await replayRollout(open.store.db, rollout);
  await emitDocument(context, replay, (style) => replayText(replay, style));
  return replay.differences.length === 0 ? 0 : 1;
}

async function list(context: CommandContext, open: OperatedStore): Promise<number> {
  const found = await openRollouts(open.store.db, open.environment);
  const rollouts = await Promise.all(found.map((rollout) => documentOf(context, open, rollout)));
  const document: RolloutsDocument = { schema: "agentops.rollouts/1", env: open.environment, rollouts };
  await emitDocument(context, document, (style) =>
    rollouts.length === 0
      ? `no rollout is under way in ${open.environment}`
      : rollouts.map((rollout) => rolloutText(rollout, style, context.clock.now().toISOString())).join("\n\n"),
  );
  return overdueExit(rollouts);
}

/** Nobody takes its turns: somebody should. */
function overdueExit(rollouts: readonly RolloutDocument[]): number {
  return rollouts.some(({ overdueSince }) => overdueSince !== null) ? 1 : 0;
}

async function advance(context: CommandContext, open: OperatedStore, name: unknown): Promise<number> {
  const place = await placeOf(open, name, "agentops canary advance support-triage");
  const { store } = open;
  const by = { markers: store.address.markers, clock: context.clock, via: "advance", say: reasonText } as const;
  const turn = await takeOneTurn(store, place, by);
  await tellOfEnds(context, store, place.environment);
  await emitRollout(context, rolloutDocument(await rolloutView(store.db, turn.rollout, turn)));
  return exitOf(turn);
}

async function operateOn(
  context: CommandContext,
  open: OperatedStore,
  { action, name, options }: { action: Operation | "ack"; name: unknown; options: Options },
): Promise<number> {
  const place = await placeOf(open, name, `agentops canary ${action} support-triage`);
  const reason = reasonIn(options["reason"] as string | undefined) ?? action;
  const at = context.clock.now().toISOString();
  const actor = await actorOf(context);
  const mailmap = action === "approve" ? await mailmapOf({ root: context.cwd, env: context.shell.env }) : [];
  const by = { at, actor, reason };
  const { changed, ...rollout } = await (action === "ack"
    ? acknowledge(open.store, place, by)
    : operate(open.store, place, action, { ...by, mailmap }));
  const document = { ...(await documentOf(context, open, rollout)), changed };
  await emitDocument(context, document, (style) => operatedText(document, { action, actor, reason }, style));
  return 0;
}
