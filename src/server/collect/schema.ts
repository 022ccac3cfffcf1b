import { z } from "zod";

/** `agentops collect --json`, in one line as soon as it listens. */
export const collectSchema = z.object({
  schema: z.literal("agentops.collect/1"),
  listening: z.string().describe("what exporters are pointed at: OTEL_EXPORTER_OTLP_ENDPOINT"),
});
export type CollectDocument = z.infer<typeof collectSchema>;
