import type { Config } from "../../../core/config.schema.ts";
import { AgentopsError } from "../../../core/errors.ts";
import type { CommandContext } from "../../context.ts";

/** The project's settings; none where there is no project: a store may be all that is here. */
export async function configHere(context: CommandContext): Promise<Partial<Config>> {
  try {
    return (await context.project()).config;
  } catch (error) {
    if (error instanceof AgentopsError && error.code === "CONFIG_NOT_FOUND") return {};
    throw error;
  }
}
