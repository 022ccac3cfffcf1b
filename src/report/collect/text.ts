/** Where it listens, and what an exporter must be told. */
export function collectText({ listening }: { listening: string }, { hasToken }: { hasToken: boolean }): string {
  const header = "OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer%20'$AGENTOPS_COLLECT_TOKEN";
  return [
    `listening on ${listening} for traces over OTLP/HTTP; Ctrl-C stops`,
    "point an exporter at it:",
    `  OTEL_EXPORTER_OTLP_ENDPOINT=${listening}`,
    "  OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ...(hasToken ? [`  ${header}`] : []),
  ].join("\n");
}
