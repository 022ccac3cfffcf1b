import { delimiter } from "node:path";
import { afterAll } from "vitest";
import { removeTempFolders } from "./project.ts";

/** Another git than this machine's: a folder with it, as in `AGENTOPS_TEST_GIT=/opt/git-2.30.2/bin npx vitest run src/registry`. */
const OTHER_GIT = process.env["AGENTOPS_TEST_GIT"];
const { PATH = "" } = process.env;
if (OTHER_GIT !== undefined && !PATH.startsWith(OTHER_GIT)) process.env["PATH"] = `${OTHER_GIT}${delimiter}${PATH}`;

/** Runs once for each file of tests; modules are shared between them. */
afterAll(removeTempFolders);
