import { existsSync } from "node:fs";
import type { Project } from "../core/project.ts";
import { parseRef, type Ref } from "../core/refs.ts";
import { connect } from "../state/connection.ts";
import { storeFile } from "../state/store-file.ts";
import { storedRef } from "./names.ts";

/**
 * What `@stable` or `@candidate` is in the project's environment, as a ref to a version; null without a store. Throws
 * VERSION_NOT_FOUND where nothing is served, REF_INVALID for a bare name that is released as a prompt and as an agent.
 */
export function servedVersion({ root, env, environment }: Project, { kind, name, point }: Ref): Ref | null {
  if (point.type !== "channel") return null;
  const file = storeFile(root, env);
  if (!existsSync(file)) return null;
  const sqlite = connect(file, { durability: "normal" });
  try {
    const address = kind === undefined ? name : `${kind}/${name}`;
    return parseRef(storedRef(sqlite, environment, `${address}@${point.channel}`));
  } finally {
    sqlite.close();
  }
}
