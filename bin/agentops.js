#!/usr/bin/env node
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const entry = join(__dirname, "../dist/bin/main.cjs");
if (existsSync(entry)) {
  require(entry)
    .main(process)
    .then((code) => {
      process.exitCode = code;
    });
} else {
  // Node 20 cannot run TypeScript, so a checkout without its build must say what is missing.
  process.stderr.write("error: agentops is not built here\nhint: npm ci   (or: npm run build)\n");
  process.exitCode = 2;
}
