import { AgentopsError, messageOf } from "../../core/errors.ts";

/** The kinds whose package is installed by those who use it. */
export const OPTIONAL = {
  google: () => loadOptional("@ai-sdk/google", 3, () => import("@ai-sdk/google")),
  azure: () => loadOptional("@ai-sdk/azure", 3, () => import("@ai-sdk/azure")),
  bedrock: () => loadOptional("@ai-sdk/amazon-bedrock", 4, () => import("@ai-sdk/amazon-bedrock")),
};

/** Loads a package that is not installed by default; throws PACKAGE_MISSING with the command that installs it. */
export async function loadOptional<T>(name: string, major: number, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" || messageOf(error).includes(name);
    if (!missing) throw error;
    throw new AgentopsError("PACKAGE_MISSING", `this provider needs the package ${name}, which is not installed`, {
      hint: `npm i ${name}@${major}`,
    });
  }
}
