import { AgentopsError, messageOf } from "../../core/errors.ts";

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
