import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { newId } from "../../core/ids.ts";
import type { Known } from "./known.ts";

/** Kept for its owner alone, whole or not at all; where it cannot be kept, a restart without the server serves nothing. */
export function writeLastGood(file: string, address: string, known: Known): void {
  const text = JSON.stringify({ address, ...known });
  const draft = `${file}.${newId()}`;
  try {
    writeFileSync(draft, `${digestOf(text)}\n${text}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}

/** Undefined where there is none of that address, or where it is not as it was written. */
export function readLastGood(file: string | null, address: string): Known | undefined {
  if (file === null) return undefined;
  try {
    const [digest, text = ""] = readFileSync(file, "utf8").split("\n");
    const known = digest === digestOf(text) ? (JSON.parse(text) as Known & { address?: string }) : undefined;
    return known?.address === address ? known : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
