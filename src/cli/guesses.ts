/** What people type who know another tool, and what it is called here. */
const MEANT: Record<string, readonly string[]> = {
  kill: ["stop", "halt", "disable", "off"],
  revive: ["unkill", "enable", "restore"],
  rollback: ["undo", "revert"],
  "canary start": ["deploy", "ship", "release", "rollout"],
  promote: ["deploy", "ship", "release"],
  lint: ["validate", "check"],
  eval: ["test", "run"],
  "canary abort": ["abort"],
  "canary pause": ["pause"],
  "canary resume": ["resume", "continue"],
};

/** Commands that do what a word means elsewhere, e.g. `kill` for `stop`; none for most words. */
export function guesses(typed: string): string[] {
  return Object.entries(MEANT)
    .filter(([, words]) => words.includes(typed.toLowerCase()))
    .map(([command]) => command);
}
