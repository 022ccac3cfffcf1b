import { diff, type DiffedSides } from "../../../comparison/diff.ts";
import { diffDocument } from "../../../report/diff/document.ts";
import { createStyle } from "../../../report/style.ts";
import { runsOf } from "../../open/runs.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { wholeNumber } from "../../numbers.ts";

const FORMATS = ["text", "json", "markdown", "html"] as const;
type Format = (typeof FORMATS)[number];

const EXIT = { better: 0, "no-difference": 0, worse: 1, inconclusive: 3 } as const;
/** Cases a page lists; those that changed come first. */
const PAGE_CASES = 2000;
const EXAMPLES = { text: 5, markdown: 5, json: 20, html: 30 } as const;

export async function run(
  context: CommandContext,
  [control, candidate]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const format = chosenFormat(context.flags, FORMATS);
  const project = await context.project();
  const store = runsOf(context, project);
  try {
    const diffed = await diff({ project, store }, control as string, candidate as string | undefined, {
      suite: options["suite"] as string | undefined,
      examples: wholeNumber("--examples", options["examples"] as string | undefined) ?? EXAMPLES[format],
    });
    await context.emit(await documentIn(format, diffed, context));
    return options["exitCode"] === true ? EXIT[diffed.found.verdict] : 0;
  } finally {
    await store.close();
  }
}

/** The diff in a format; only that format's code is loaded. */
async function documentIn(format: Format, { found, compared }: DiffedSides, context: CommandContext): Promise<string> {
  const document = diffDocument(found);
  switch (format) {
    case "json":
      return JSON.stringify(document, null, 2);
    case "markdown":
      return (await import("../../../report/diff/markdown.ts")).diffMarkdown(document);
    case "html": {
      const { diffHtml } = await import("../../../report/diff/html.ts");
      const { detailsOf } = await import("../../../comparison/details.ts");
      return diffHtml(document, compared === undefined ? null : detailsOf(compared, PAGE_CASES));
    }
    case "text": {
      const { diffText } = await import("../../../report/diff/text.ts");
      const style = createStyle(context.color("stdout") && context.flags.output === undefined);
      return diffText(document, style, context.shell.stdout.columns ?? 100);
    }
  }
}
