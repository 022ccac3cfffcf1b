import { spawn } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const AGENTOPS = join(ROOT, "bin", "agentops.js");
const PEAK_MEMORY = new URL("./peak-memory.js", import.meta.url).href;

/** True when the file was started by itself rather than by run.js. */
export function isMain(url) {
  return process.argv[1] === fileURLToPath(url);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const living = new Set();
const folders = new Set();

process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.on(signal, () => process.exit(code));

/** A child that ends with this process, however that ends. */
export function track(child) {
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** Gives `work` a folder that is gone afterwards, also after Ctrl-C. */
export async function inTempFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "agentops-bench-"));
  folders.add(folder);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
}

/**
 * Runs node with `args` and waits: wall milliseconds from spawn to exit, stdout, and with `memory` the process's peak
 * resident MB. Throws with the end of stderr unless it exits with one of `codes`.
 */
export async function runNode(args, { cwd = ROOT, env = {}, memory = false, codes = [0] } = {}) {
  const started = performance.now();
  const child = track(
    spawn(process.execPath, [...(memory ? ["--import", PEAK_MEMORY] : []), ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe", ...(memory ? ["pipe"] : [])],
    }),
  );
  const [stdout, stderr, peak, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    memory ? textOf(child.stdio[3]) : "0",
    new Promise((done, failed) => child.once("error", failed).once("exit", done)),
  ]);
  const wallMs = performance.now() - started;
  if (!codes.includes(code)) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr.slice(-2000)}`);
  return { wallMs, stdout, peakMb: Number(peak) };
}

async function textOf(stream) {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

/** Like du: bytes of the disk blocks below a path; a file with several links counts once. */
export function diskBytes(path, seen = new Set()) {
  const stat = lstatSync(path);
  if (seen.has(stat.ino)) return 0;
  seen.add(stat.ino);
  const own = stat.blocks * 512;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((total, name) => total + diskBytes(join(path, name), seen), own);
}

/** Rows of one benchmark: what was measured, the result, the aim, and whether it is met. */
export function table(rows) {
  const lines = [["", "result", "aim", ""], ...rows.map((r) => [r.what, r.result, r.aim ?? "", verdict(r)])];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((l) => l[i].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function verdict({ met }) {
  return met === undefined ? "" : met ? "met" : "MISSED";
}

export function ratio(value) {
  return `${value.toFixed(2)} ×`;
}

export function megabytes(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} MB`;
}
