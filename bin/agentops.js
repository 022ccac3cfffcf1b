#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/bin/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exitCode = await main(process);
} else {
  // Node 20 cannot run TypeScript, so a checkout without its build must say what is missing.
  process.stderr.write("error: agentops is not built here\nhint: npm ci   (or: npm run build)\n");
  process.exitCode = 2;
}
