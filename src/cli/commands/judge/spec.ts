import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const judge: CommandSpec = {
  name: "judge",
  args: "<action> <suite>",
  actions: ["calibrate"],
  summary: "calibrate SUITE compares its llm-rubric judge with people's labels of a stored run",
  options: [
    ["--labels <file>", "people's verdicts: case and pass or fail, or two outputs and the better one, a line"],
    ["--run <run>", "the labelled run (default: the suite's latest complete one)"],
    ["--scorer <name>", "which judge, where the suite asks several"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: [
    "agentops runs export latest --output outputs.jsonl",
    "agentops judge calibrate support-answers --labels fixtures/labels.jsonl",
  ],
  action: () => import("./run.ts"),
};
