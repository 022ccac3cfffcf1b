import type { Finding, PiiKind } from "../text/finding.ts";

export function findPii(_text: string, _kinds: readonly PiiKind[], _name?: string): Finding<PiiKind>[] {
  return [];
}
