import type { CommandSpec } from "./command.ts";

const FORMAT = ["--format <format>", "text or json"] as const;
const OUTPUT = ["--output <file>", "write the document to FILE instead of stdout"] as const;

/** What a release manager types: which version everybody is served, who said so, and the way back. */
export const RELEASE_COMMANDS: readonly CommandSpec[] = [
  {
    name: "promote",
    args: "<ref>",
    exact: true,
    summary: "serve a published version to everybody, when the policy of the environment admits it",
    options: [
      ["--reason <text>", "why"],
      ["--override", "go on although rules are broken; needs --reason, is recorded"],
      FORMAT,
      OUTPUT,
    ],
    examples: [
      "agentops promote support-triage@v7",
      'agentops promote support-triage@v8 --override --reason "the fix for incident 12"',
    ],
    action: () => import("./promote.ts"),
  },
  {
    name: "rollback",
    args: "<name>",
    exact: true,
    summary: "go back to the version before, or end an open rollout; asks nobody, needs no git and no config",
    options: [
      ["--to <version>", "go back to this released version"],
      ["--from <version>", "refuse when another version is to be left by now"],
      ["--reason <text>", "why (default: rollback)"],
      FORMAT,
      OUTPUT,
    ],
    examples: ["agentops rollback support-triage", 'agentops rollback support-triage --to v6 --reason "v7 is rude"'],
    action: () => import("./rollback.ts"),
  },
  {
    name: "history",
    args: "<name>",
    exact: true,
    summary: "what changed what is served: who, when and why, the newest first",
    options: [FORMAT, OUTPUT],
    examples: ["agentops history support-triage", "agentops history agents/refund-desk --env staging --json"],
    action: () => import("./history.ts"),
  },
  {
    name: "approvals",
    args: "[action] [ref]",
    exact: true,
    summary: "approve REF lets a version be released where the policy asks for it; list [NAME] shows who did",
    options: [["--reason <text>", "why"], FORMAT, OUTPUT],
    examples: ["agentops approvals approve support-triage@v7", "agentops approvals list support-triage"],
    action: () => import("./approvals.ts"),
  },
];
