import { afterAll } from "vitest";
import { removeTempFolders } from "./project.ts";

/** Runs once for each file of tests; modules are shared between them. */
afterAll(removeTempFolders);
