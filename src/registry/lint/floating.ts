/** A date or a build number that fixes a model: -2024-08-06, -20241022, -0613, -001, @20241022. */
const SNAPSHOT = {
  openai: /(?:-\d{4}-\d{2}-\d{2}|-\d{4}(?:-preview)?)$|^ft:[^:]*(?:-\d{4}-\d{2}-\d{2}|-\d{4})(?:$|:)/,
  // From the 4.6 generation on, Anthropic's ids carry no date and do not move (its "model IDs and versioning" page).
  anthropic: /[-@]\d{8}$|^claude-[a-z]+-(?:4-(?:[6-9]|[1-9]\d)|[5-9](?:-\d{1,2})?)$/,
  // A name with a version number is Google's "stable" form; previews and experiments carry their date.
  google:
    /-\d{3}$|-\d{2}-\d{2}$|-\d{2}-\d{4}$|^(?:models\/)?(?:gemini|gemma)-\d+(?:\.\d+)?-[a-z-]+(?<!-preview|-exp|-experimental)$/,
  bedrock: /\d{8}-v\d+(?::\d+)?$|-v\d+:\d+$/,
} as const;

const HINT = {
  openai: "openai's snapshots end in a date, e.g. gpt-4o-2024-08-06",
  anthropic: "anthropic's snapshots end in a date, e.g. claude-sonnet-4-5-20250929",
  google: "google's fixed models carry a number or a date, e.g. gemini-2.0-flash-001",
  bedrock: "bedrock's fixed models end in a version, e.g. anthropic.claude-3-haiku-20240307-v1:0",
} as const;

/**
 * Why a model pin may change what it names without notice, or null when it does not. `pin` is `provider/model`,
 * `providerKind` the `kind:` of that provider in the config. Of kinds whose names we cannot know (a local server, an
 * agent process, a deployment) only `latest` is judged.
 */
export function floatingReason(pin: string, providerKind: string): string | null {
  const model = pin.slice(pin.indexOf("/") + 1);
  if (/(?:^|[-:/])latest$/.test(model)) return `"${pin}" floats: latest names another model tomorrow`;
  if (!(providerKind in SNAPSHOT)) return null;
  const kind = providerKind as keyof typeof SNAPSHOT;
  return SNAPSHOT[kind].test(model) ? null : `"${pin}" floats: ${HINT[kind]}`;
}
