// The floor of registry.js: reads and parses every prompt of the folder it runs in, and does nothing with it.
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

for (const file of readdirSync("prompts")) parse(readFileSync(`prompts/${file}`, "utf8"));
