import { type CommandSpec, FORMAT, OUTPUT } from "../../command.ts";

export const collect: CommandSpec = {
  name: "collect",
  summary: "take traces from OpenTelemetry exporters, over OTLP/HTTP, until it is stopped",
  options: [
    ["--port <n>", "where it listens (default 4318; 0: any that is free)"],
    ["--host <host>", "default 127.0.0.1; beyond this machine only with AGENTOPS_COLLECT_TOKEN"],
    FORMAT("text or json"),
    OUTPUT,
  ],
  examples: ["agentops collect", "AGENTOPS_COLLECT_TOKEN=… agentops collect --host 0.0.0.0"],
  action: () => import("./run.ts"),
};
