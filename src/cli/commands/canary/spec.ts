import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const canary: CommandSpec = {
  name: "canary",
  args: "<action> [name]",
  actions: ["start", "status", "advance", "approve", "pause", "resume", "abort", "ack", "watch"],
  exact: true,
  summary: "staged rollout of a version: start, status, advance, approve, pause, resume, abort, ack, watch",
  options: [
    [
      "--steps <steps>",
      "start: cohorts by name, then the candidate's share step by step (default 0.01,0.05,0.25,0.5,1)",
    ],
    ["--step-time <time>", "start: least time at a step (default 1h)"],
    ["--step-observations <n>", "start: least units of the candidate at a step, of a cohort answers (default 50)"],
    ["--deadline <time>", "start: paused as inconclusive after this (default 14d)"],
    ["--shadow", "start: first the candidate gets copies of inputs and serves nobody"],
    ["--manual", "start: every step waits for somebody else's approval"],
    ["--turns <who>", "start: anybody who records outcomes moves it up, or only a watcher (default anybody)"],
    ["--hypothesis <text>", "start: what it is to show; status and history keep saying it"],
    ["--unobserved", "start: although nothing was observed of the target for a day"],
    ["--dry-run", "start: what or who would refuse; nothing is written"],
    ["--override", "start: release against the policy; needs --reason and is recorded"],
    ["-m, --reason <text>", "why, for the record"],
    ["--replay", "status: decide again from the stored counts, exit 1 where a verdict differs"],
    ["--interval <time>", "watch: time between two looks (default 10s)"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops canary start support-triage@v2",
    "agentops canary start support-triage@v2 --steps internal,1%,5%,25%,50%,100%",
    "agentops canary status support-triage --replay",
    "agentops canary advance support-triage",
    'agentops canary abort support-triage --reason "wrong model"',
    "agentops canary ack support-triage   # it ended badly and somebody knows; status is exit 0 again",
  ],
  action: () => import("./run.ts"),
};
