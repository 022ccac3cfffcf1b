/** What the stand-in understood of a system message. */
export interface KeywordRules {
  /** In the order they were written. */
  labels: { label: string; phrases: string[] }[];
  fallback: string | undefined;
  never: ReadonlySet<string>;
  /** The system message asks for JSON; its first property name when it shows one. */
  json: { property: string | undefined } | undefined;
}

const LABEL = String.raw`["'\x60*]*([\p{L}\p{N}][\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]+){0,3}?)["'\x60*]*`;
const RULE = new RegExp(String.raw`^\s*(?:[-*•]|\d+[.)])\s+${LABEL}\s*(?::|—|–| - )\s*(.+)$`, "u");
const FALLBACKS = [
  new RegExp(
    String.raw`^\s*(?:[-*•]\s+)?(?:otherwise|default|anything else|everything else)\s*:\s*${LABEL}\s*\.?\s*$`,
    "iu",
  ),
  new RegExp(
    String.raw`(?:if (?:you are )?(?:unsure|in doubt|nothing (?:fits|matches)|none (?:fits|matches))|otherwise),?\s+(?:then\s+)?(?:answer|reply|say|use|call|choose)(?:\s+with)?\s+${LABEL}\s*[.,;]?\s*$`,
    "iu",
  ),
];
const NEVER = new RegExp(String.raw`never (?:answer|reply|use|call|choose)(?: with)?\s+${LABEL}\s*[.,;]?\s*$`, "iu");

/**
 * Reads the rules written in a system message, line by line: list items `- label: keyword, keyword phrase`, a default
 * (`Otherwise: label`, `If unsure, answer label`) and exclusions (`Never answer with label`). This is all the stand-in
 * goes by, so editing one keyword changes its answers.
 */
export function readRules(system: string): KeywordRules {
  const labels: KeywordRules["labels"] = [];
  const never = new Set<string>();
  let fallback: string | undefined;
  for (const line of system.split(/\r?\n|(?<=[.;])\s+(?=[A-Z])/)) {
    const def = FALLBACKS.map((pattern) => pattern.exec(line)?.[1]).find((label) => label !== undefined);
    const excluded = NEVER.exec(line)?.[1];
    const rule = RULE.exec(line);
    if (def !== undefined) fallback = def.replace(/[.]$/, "");
    else if (excluded !== undefined) never.add(excluded.replace(/[.]$/, ""));
    else if (rule?.[1] !== undefined) labels.push({ label: rule[1], phrases: phrasesOf(rule[2] ?? "") });
  }
  return { labels, fallback, never, json: readJson(system) };
}

function phrasesOf(text: string): string[] {
  return text
    .split(/[,;|]|\s+or\s+/)
    .map((phrase) =>
      phrase
        .replace(/["'`*.]/g, "")
        .replace(/^\s*(?:and|or|about)\s+/i, "")
        .trim(),
    )
    .filter((phrase) => phrase !== "");
}

function readJson(system: string): KeywordRules["json"] {
  if (!/\bJSON\b/.test(system)) return undefined;
  return { property: /\{\s*"([^"]+)"\s*:/.exec(system)?.[1] };
}
