// What an installation weighs: node_modules without development dependencies. Needs the npm registry.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { diskBytes, inTempFolder, isMain, megabytes, ROOT, table, track } from "./measure.js";

const AIM_MB = 100;
const SHOWN = 10;
const MB = 1024 * 1024;

export async function measureSize() {
  return inTempFolder(async (folder) => {
    for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(ROOT, name), join(folder, name));
    await npmCi(folder);
    const modules = join(folder, "node_modules");
    const installed = diskBytes(modules) / MB;
    // Installed without scripts, better-sqlite3 lacks its compiled addon; this repository's own installation has it.
    const build = join(ROOT, "node_modules", "better-sqlite3", "build");
    const addon = join(build, "Release", "better_sqlite3.node");
    if (!existsSync(addon)) throw new Error("better-sqlite3 is not compiled here: npm ci");
    const compiled = diskBytes(build) / MB;
    const total = installed + compiled;
    return [
      {
        what: "node_modules without development dependencies, better-sqlite3 compiled",
        result: megabytes(total),
        aim: `≤ ${megabytes(AIM_MB)}`,
        met: total <= AIM_MB,
      },
      { what: "  of it better-sqlite3's build folder", result: megabytes(compiled) },
      { what: "  of that the addon, which is all a prebuilt one has", result: megabytes(diskBytes(addon) / MB) },
      ...largest(modules).map(({ name, mb }) => ({ what: `  ${name}`, result: megabytes(mb) })),
    ];
  });
}

function npmCi(folder) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  return new Promise((done, failed) => {
    track(spawn(npm, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] }))
      .once("error", failed)
      .once("exit", (code) => (code === 0 ? done() : failed(new Error(`npm ci ended with ${code}`))));
  });
}

function largest(modules) {
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((n) => `${name}/${n}`) : [name]))
    .map((name) => ({ name, mb: diskBytes(join(modules, name)) / MB }))
    .sort((a, b) => b.mb - a.mb)
    .slice(0, SHOWN);
}

if (isMain(import.meta.url)) console.log(table(await measureSize()));
