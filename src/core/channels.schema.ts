import { z } from "zod";

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable");

/** Where messages to people go; what is secret stays in the environment of whoever sends. */
export const channelSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("webhook"),
    urlEnv: envName.describe("environment variable with the address; messages are POSTed there as JSON"),
    secretEnv: envName
      .optional()
      .describe("environment variable with a secret; then X-Agentops-Signature is sha256=HMAC of the body"),
  }),
  z.strictObject({
    kind: z.literal("command"),
    command: z.array(z.string().min(1)).min(1).describe("program and arguments; the message is JSON on its stdin"),
  }),
]);

export type Channel = z.infer<typeof channelSchema>;

export const channelsSchema = z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), channelSchema);

/** Who is told of a rollout that ends by itself: names of channels. */
export const rolloutEndsSchema = z.strictObject({
  notify: z.array(z.string().min(1)).describe("channels that are told once of each rollout that ends by itself"),
});
