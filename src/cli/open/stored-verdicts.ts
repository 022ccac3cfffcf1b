import { existsSync } from "node:fs";
import { messageOf } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { LastVerdict } from "../../gate/last-verdicts.ts";
import type { RunStore } from "../../state/runs.ts";
import type { CommandContext } from "../context.ts";
import { runsFileFor } from "./address.ts";

/** Reading waits for nobody but a writer that is just making the file anew. */
const WAIT_MS = 250;

/**
 * What suites last said of a content in the runs of this machine, opened to read when it is first asked for. Without such a file there is nothing to say;
 * one that cannot be read is told of once, and keeps nobody from anything.
 */
export function storedVerdicts(context: CommandContext, project: Project) {
  let opened: Promise<RunStore | undefined> | undefined;
  let told = false;
  const ask = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!told) context.note(`note: stored runs cannot be read, so it was not looked at what they say: ${messageOf(error)}`); // prettier-ignore
      told = true;
      return undefined;
    }
  };
  const open = async (): Promise<RunStore | undefined> => {
    const file = runsFileFor(context.shell, project);
    if (!existsSync(file)) return undefined;
    const { openRunsToRead } = await import("../../state/runs.ts");
    return openRunsToRead(file, WAIT_MS);
  };
  return {
    of: async (content: { digest: string; model: string | undefined }): Promise<LastVerdict[]> => {
      const store = await (opened ??= ask(open));
      if (store === undefined) return [];
      const { lastVerdicts } = await import("../../gate/last-verdicts.ts");
      return (await ask(() => lastVerdicts(project, store, content))) ?? [];
    },
    close: async () => (await opened)?.close(),
  };
}
