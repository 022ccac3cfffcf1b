import { AgentopsError } from "../../../core/errors.ts";
import { reasonIn } from "../../../core/reason.ts";
import { parseFilter } from "../../../evals/dataset/selection.ts";
import type { CanaryShadow } from "../../../operations/shadow/schema.ts";
import { shadowOnSuite } from "../../../operations/shadow/shadow.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import { rolloutDocument } from "../../../report/rollout/document.ts";
import { shadowText } from "../../../report/rollout/shadow.ts";
import { rolloutText } from "../../../report/rollout/text.ts";
import { rolloutView } from "../../../rollout/view.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { createProgressView } from "../../evals/progress.ts";
import { amount, wholeNumber } from "../../numbers.ts";
import { evalContext } from "../../open/eval-context.ts";
import { placeOf } from "../../open/operated-store.ts";
import { withRelease } from "../../open/release-context.ts";
import { tellOfEnds } from "../../open/tell.ts";
import { exitOf, widthOf } from "./document.ts";

type Options = Record<string, unknown>;

/** Both versions of a rollout answer a suite's inputs; the pairs are evidence of the rollout. */
export async function shadow(context: CommandContext, name: unknown, options: Options): Promise<number> {
  const text = (key: string) => options[key] as string | undefined;
  const suite = text("suite");
  if (suite === undefined)
    throw new AgentopsError("USAGE", "which inputs?", { hint: "agentops canary shadow support-triage --suite triage" });
  const asked = {
    selection: {
      filters: ((options["filter"] as string[] | undefined) ?? []).map(parseFilter),
      sample: wholeNumber("--sample", text("sample")),
    },
    concurrency: wholeNumber("--concurrency", text("concurrency")),
    maxCostUsd: amount("--max-cost", text("maxCost")),
    cwd: context.cwd,
  };
  return withRelease(context, async ({ project, store, runs, clock }) => {
    const place = await placeOf({ store, environment: project.environment }, name, "agentops canary shadow support-triage --suite triage"); // prettier-ignore
    const view = await createProgressView(context);
    const onProgress = (run: { suite: string }, progress: Parameters<typeof view.update>[1]) => {
      view.update(run.suite, progress);
    };
    const { found, turn } = await shadowOnSuite(await evalContext(context, project, runs), store, {
      ...{ place, suite, control: text("control"), options: { ...asked, onProgress } },
      turn: { markers: store.address.markers, clock, via: "shadow", say: reasonText },
      reason: reasonIn(text("reason")) ?? `both versions asked what ${suite} asks`,
    }).finally(() => {
      view.close();
    });
    await tellOfEnds(context, store, place.environment);
    const document: CanaryShadow = {
      ...found,
      rollout: rolloutDocument(await rolloutView(store.db, turn.rollout, turn)),
    };
    await emitDocument(context, document, (style) => {
      const width = widthOf(context);
      return `${shadowText(document, style, width)}\n\n${rolloutText(document.rollout, style, turn.at, width)}`;
    });
    return exitOf(turn);
  });
}
