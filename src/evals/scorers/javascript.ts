import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../../core/errors.ts";
import { scoreOf } from "./answer.ts";
import { fault, type Prepare, type Subject } from "./measure.ts";

type ScoringFunction = (output: unknown, context: Record<string, unknown>) => unknown;

/** A module whose default export scores: `(output, context) => boolean | number | { pass, score, reason }`, async or not. */
export const javascript: Prepare<"javascript"> = async (spec, context) => {
  const file = resolve(context.baseDir, spec.value.replace(/^file:\/\//, ""));
  const score = await load(file, spec.value);
  return async (subject) => scoreOf(await score(subject.output, contextOf(subject)), spec.threshold, spec.value);
};

async function load(file: string, shown: string): Promise<ScoringFunction> {
  await access(file).catch(() => {
    throw fault(
      ["value"],
      `no such file: ${shown}`,
      "the path is relative to the suite; for a formula use type: expression",
    );
  });
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    throw fault(["value"], `cannot load ${shown}: ${messageOf(error)}`);
  }
  if (typeof module.default !== "function") throw fault(["value"], `${shown} has no default export that is a function`);
  return module.default as ScoringFunction;
}

function contextOf({ expected, input }: Subject): Record<string, unknown> {
  return { ...input, expected, vars: input.case.vars };
}
