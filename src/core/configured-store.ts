import { lstatSync, readFileSync } from "node:fs";
import type { Location } from "./location.ts";

/** What a config says under `store:`. */
export interface ConfiguredStore {
  value: string | undefined;
  /** It says something that is not one text on one line. */
  unclear: boolean;
}

/** Read as a text, without the rest of the config: someone on call cannot wait for that to be right, and an agent's process asks at its start. */
export function configuredStore({ configFile }: Location): ConfiguredStore {
  try {
    return storeIn(configFile === null ? "" : readFileSync(configFile, "utf8"));
  } catch {
    // A link that leads nowhere is a config that nobody can read.
    const isLink = configFile !== null && lstatSync(configFile, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return { value: undefined, unclear: isLink };
  }
}

export function storeIn(text: string): ConfiguredStore {
  if (!/^["']?store["']?[ \t]*:/m.test(text)) return { value: undefined, unclear: false };
  const line = /^store:[ \t]+(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\s"'&*!|>%@`#{[][^\s#]*))[ \t]*(?:#.*)?\r?$/m.exec(text);
  const value = line?.[1] ?? line?.[2] ?? line?.[3];
  return { value, unclear: value === undefined };
}
