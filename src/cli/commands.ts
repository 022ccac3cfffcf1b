import type { CommandSpec } from "./command.ts";

const FORMAT = (formats: string) => ["--format <format>", formats] as const;
const OUTPUT = ["--output <file>", "write the document to FILE instead of stdout"] as const;

/** Every command, in the order of the help. Data only: rooms are loaded by the action that needs them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "init",
    args: "[dir]",
    summary: "write a working project that runs with no key; never overwrites",
    action: () => import("./init.ts"),
  },
  {
    name: "lint",
    args: "[ref...]",
    summary: "check every file: schema, pins, variables, owners, unknown names",
    options: [FORMAT("text, json, github or sarif"), OUTPUT],
    action: () => import("./lint.ts"),
  },
  { name: "list", summary: "list prompts and agents", action: () => import("./list.ts") },
  {
    name: "show",
    args: "<ref>",
    summary: "show an artifact at a version",
    examples: ["agentops show support-triage", "agentops show prompts/support-triage@v1"],
    action: () => import("./show.ts"),
  },
  { name: "log", args: "<name>", summary: "list the versions of an artifact", action: () => import("./log.ts") },
  {
    name: "render",
    args: "<ref>",
    summary: "render a prompt's messages",
    options: [["--var <k=v...>", "value of a variable; repeatable"]],
    action: () => import("./render.ts"),
  },
  {
    name: "publish",
    args: "[name...]",
    summary: "commit and tag the next version of each artifact that changed",
    options: [
      ["-m, --message <text>", "message of the version"],
      ["--sign", "sign commit and tag with git's own signing"],
      ["--no-push", "do not claim the version on the remote"],
    ],
    action: () => import("./publish.ts"),
  },
  {
    name: "verify",
    args: "<ref>",
    summary: "check a version's digest and signature",
    action: () => import("./verify.ts"),
  },
  {
    name: "eval",
    args: "[suite...]",
    summary: "run suites (all without a name), store runs, judge gates",
    options: [
      ["--target <ref>", "evaluate this artifact instead of the suite's"],
      ["--control <ref>", "compare with this version, or a stored run, over the same cases"],
      ["--early-stop", "end a run as soon as it is worse than its control beyond chance"],
      ["--model <pin>", "answer with this model instead of the target's"],
      ["--outputs <file>", "score recorded outputs from FILE with the suite's mapping"],
      ["--trials <n>", "repetitions of each case"],
      ["--concurrency <n>", "trials under way at once"],
      ["--sample <n>", "a stable random sample of N cases"],
      ["--filter <k=v...>", "only cases whose id, tag, cluster or variable has that value; repeatable"],
      ["--resume <run>", "do only what is missing of a stored run"],
      ["--record", "write recordings of the model's answers to fixtures/recordings"],
      ["--live", "ignore recordings"],
      ["--no-cache", "ask the model again even where the store has its answer"],
      ["--max-cost <usd>", "stop before spending more"],
      FORMAT("text, json, markdown, junit or github"),
      OUTPUT,
    ],
    examples: [
      "agentops eval",
      "agentops eval support-triage --target prompts/support-triage@v1",
      "agentops eval support-triage --control support-triage@v1",
      "agentops eval --resume latest",
    ],
    action: () => import("./eval.ts"),
  },
  {
    name: "diff",
    args: "<control> <candidate>",
    summary: "compare two refs or two runs: content, and metrics case by case",
    options: [
      ["--suite <name>", "compare runs of this suite"],
      ["--examples <n>", "regressions and improvements shown with their outputs"],
      ["--exit-code", "exit 1 when the candidate is worse, 3 when nothing is decided"],
      FORMAT("text, json, markdown or html"),
      OUTPUT,
    ],
    examples: [
      "agentops diff support-triage@v1 support-triage",
      "agentops diff 019e0a4b-1c2d 019e0a4c-5e6f --format html --output diff.html",
    ],
    action: () => import("./diff.ts"),
  },
  {
    name: "runs",
    args: "[action] [run]",
    summary: "list stored runs; show RUN explains failing cases; export RUN prints every trial as JSON lines",
    options: [
      ["--case <id>", "show this case only"],
      ["--all", "show passing cases too"],
      ["--limit <n>", "how many runs or cases (default 20)"],
      FORMAT("text, json, markdown, junit or github"),
      OUTPUT,
    ],
    examples: ["agentops runs", "agentops runs show latest", "agentops runs export latest --output run.jsonl"],
    action: () => import("./runs.ts"),
  },
];
