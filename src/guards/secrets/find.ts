import { disjoint, type Finding } from "../text/finding.ts";
import { findInAddress } from "./addresses.ts";
import { findKnown } from "./known.ts";
import { findPair } from "./pairs.ts";
import { findPrivateKeys } from "./pem.ts";
import { findShaped } from "./shaped.ts";

/**
 * The secrets in a text: keys of the usual vendors, private keys, what a name before it says is one, passwords in addresses, and the values
 * that are known. @param ways of known values, as `waysOf` makes them
 */
export function findSecrets(text: string, ways: readonly string[] = []): Finding[] {
  const found: Finding[] = [];
  findKnown(text, ways, found);
  if (findShaped(text, found)) findPrivateKeys(text, found);
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) {
    if (text.startsWith("//", at + 1)) findInAddress(text, at, found);
    else findPair(text, at, found);
  }
  for (let at = text.indexOf("="); at >= 0; at = text.indexOf("=", at + 1)) findPair(text, at, found);
  return found.length === 0 ? found : disjoint(found);
}
