import { resolve } from "node:path";
import { exportEvidence } from "../../../policy/evidence/export-evidence.ts";
import { importEvidence } from "../../../policy/evidence/import-evidence.ts";
import { runDocument } from "../../../report/evaluation/document.ts";
import { importText } from "../../../report/evidence/text.ts";
import type { RunStore } from "../../../state/runs.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { version } from "../../version.ts";

/** `runs export RUN --format evidence`, `--notes`, `--push`. */
export async function exportOne(
  context: CommandContext,
  store: RunStore,
  name: string,
  { notes, push }: { notes: boolean; push: boolean },
): Promise<void> {
  const project = await context.project();
  const { document, note } = await exportEvidence({ project, store }, name, {
    notes,
    push,
    agentops: version(),
    word: runDocument,
  });
  await context.emit(JSON.stringify(document, null, 2));
  if (note === null) return;
  const done = note.changed ? "noted at" : "is noted already at";
  const shared =
    note.pushedTo === null
      ? `only in this clone; with --push it is shared: agentops runs export ${name} --notes --push`
      : `pushed to ${note.pushedTo}`;
  context.note(`${done} ${note.ref}, commit ${note.commit.slice(0, 12)}; ${shared}`);
}

/** `runs import FILE…`. */
export async function importFiles(context: CommandContext, store: RunStore, files: readonly string[]): Promise<void> {
  const named = files.map((file) => ({ file, path: resolve(context.cwd, file) }));
  const done = await importEvidence(
    { store: await store.shared(), clock: context.clock },
    named,
    await actorOf(context),
  );
  await emitDocument(context, done, (style) => importText(done, style));
}
