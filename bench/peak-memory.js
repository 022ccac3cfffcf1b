// Preloaded into a measured process (node --import): on exit it writes its peak resident MB to file descriptor 3.
import { readFileSync, writeSync } from "node:fs";

process.on("exit", () => writeSync(3, String(peakKb() / 1024)));

/** ru_maxrss survives exec on Linux, so it may be the parent's peak; VmHWM is this program's own. */
function peakKb() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
