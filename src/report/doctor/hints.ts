import type { CheckName, Facts, Finding } from "../../upkeep/doctor/found.ts";
import type { CheckState } from "../../upkeep/doctor/schema.ts";

/** The way out of a warning or a problem; commands are joined by `&&`. */
export function hintText(finding: Finding, state: CheckState): string | null {
  if ("trouble" in finding) return finding.trouble.hint;
  if (finding.facts === null || state === "ok") return null;
  return HINTS[finding.name]?.(finding.facts as never) ?? null;
}

const SETTINGS: Record<string, string> = {
  "user.name": 'git config --global user.name "Your Name"',
  "user.email": "git config --global user.email you@example.com",
};

const HINTS: { [N in CheckName]?: (facts: Facts[N]) => string } = {
  node: () => "Node 20.19 or newer: https://nodejs.org",
  git: ({ version }) => (version === null ? "install git and put it on PATH" : "git init   (versions live in git)"),
  identity: ({ missing }) => missing.map((name) => SETTINGS[name] ?? name).join(" && "),
  actor: () => "--actor NAME, or AGENTOPS_ACTOR",
  signing: ({ keyFileMissing }) =>
    keyFileMissing
      ? "git config user.signingkey ~/.ssh/id_ed25519.pub"
      : "no signature will do: NAME KEYTYPE KEY, one a line, in .agentops/allowed_signers, committed on the default branch",
  store: ({ facts }) =>
    facts.writable ? "agentops store migrate" : "the file and its folder must be this user's, or writable for it",
  clock: () => "let both machines set their clocks by NTP",
  markers: ({ folder }) =>
    folder === null
      ? "AGENTOPS_MARKERS=DIR, or run it in the project"
      : "agents and operators must be able to write there",
  prices: () => "npm update @pydantic/genai-prices",
  drivers: (drivers) => drivers.flatMap(({ trouble }) => trouble?.hint ?? []).join(" && "),
  providers: ({ missing }) => missing.flatMap(({ hint }) => hint ?? []).join(" && "),
  keys: ({ missing }) => missing.map((name) => `export ${name}=…`).join(" && "),
};
