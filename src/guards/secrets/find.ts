import { disjoint, type Finding } from "../text/finding.ts";
import { findInAddress } from "./addresses.ts";
import { findKnown, type KnownValues } from "./known.ts";
import { findPair } from "./pairs.ts";
import { findPrivateKeys } from "./pem.ts";
import { findShaped } from "./shaped.ts";

const SLASH = 0x2f;
const NONE: KnownValues = { inRuns: [], anywhere: [], shortest: Number.POSITIVE_INFINITY };

/**
 * The secrets in a text: keys of the usual vendors, private keys, what a name before it says is one, passwords in addresses, and the values
 * that are known.
 */
export function findSecrets(text: string, known: KnownValues = NONE): Finding[] {
  const found: Finding[] = [];
  if (known.anywhere.length > 0) findKnown(text, known.anywhere, found);
  // Only where something is as long as a key may there be one, or what stands around one.
  if (findShaped(text, found)) {
    findKnown(text, known.inRuns, found);
    findPrivateKeys(text, found);
  }
  for (let at = text.indexOf(":"); at >= 0;) {
    let next = at + 1;
    if (text.charCodeAt(at + 1) === SLASH && text.charCodeAt(at + 2) === SLASH) findInAddress(text, at, found);
    else next = findPair(text, at, found);
    at = text.indexOf(":", next);
  }
  for (let at = text.indexOf("="); at >= 0;) at = text.indexOf("=", findPair(text, at, found));
  return found.length === 0 ? found : disjoint(found);
}
