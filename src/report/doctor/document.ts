import type { Redact } from "../../core/redact.ts";
import type { Finding } from "../../upkeep/doctor/found.ts";
import { stateOf } from "../../upkeep/doctor/judge.ts";
import type { DoctorDocument } from "../../upkeep/doctor/schema.ts";
import { oneLine } from "../numbers.ts";
import { hintText } from "./hints.ts";
import { foundText } from "./words.ts";

/** What a person pastes into an issue: `redact` is the last net under what an error of git or a driver may say. */
export function doctorDocument(findings: readonly Finding[], redact: Redact): DoctorDocument {
  const line = (text: string) => redact(oneLine(text, Infinity));
  return {
    schema: "agentops.doctor/1",
    checks: findings.map((finding) => {
      const state = stateOf(finding);
      const hint = hintText(finding, state);
      return { name: finding.name, state, found: line(foundText(finding)), hint: hint === null ? null : redact(hint) };
    }),
  };
}
