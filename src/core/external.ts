const NAME = "[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?";
const EXTERNAL = new RegExp(`^external/${NAME}$`);

/** A version that serves, as `v7`, or what is none and served before: `external/rules`. */
export const SERVING = new RegExp(`^(?:v[1-9]\\d*|external/${NAME})$`);

/** Whether it is no version of ours: an old system, a rules engine, people. Callers go on asking it as they did. */
export function isExternal(version: string): boolean {
  return EXTERNAL.test(version);
}
