import { type Project, secretsOf } from "../../core/project.ts";
import { sizeBytes } from "../../core/size.ts";
import { type Redactor, redactorFor } from "../../guards/redact.ts";
import { redactValue } from "../../guards/redact-value.ts";
import { piiKindsOf } from "../../guards/schema.ts";
import type { Attributes, WireScope, WireSpan } from "../wire/span.ts";
import { cutSpan } from "./cut.ts";

/** What becomes of a span before anything of it is stored. */
export interface Keeper {
  (span: WireSpan): WireSpan;
  /** How often each kind was taken out, so far. */
  counts: Redactor["counts"];
}

/** Takes out what the project wants out, and its secrets, then cuts what is too long: a secret at the cut would no longer be found. */
export function keeperFor({ config, env }: Pick<Project, "config" | "env">): Keeper {
  const { redact = ["secrets"], bodyLimit } = config.traces ?? {};
  const known = [...secretsOf(config, env), env["AGENTOPS_COLLECT_TOKEN"]].filter((value) => value !== undefined);
  const redactor = redactorFor({ secrets: true, pii: piiKindsOf(redact), known });
  const limit = bodyLimit === undefined ? undefined : sizeBytes(bodyLimit);
  // Spans of one process share these.
  const shared = new WeakMap<object, Attributes | WireScope>();
  const once = <T extends Attributes | WireScope>(value: T): T => {
    const known = shared.get(value) as T | undefined;
    if (known !== undefined) return known;
    const kept = redactValue(value, redactor);
    shared.set(value, kept);
    return kept;
  };
  const keep = (span: WireSpan): WireSpan => {
    const { resource, scope, traceId, spanId, parentSpanId, startNano, endNano, kind, ...said } = span;
    const kept = { ...redactValue(said, redactor), traceId, spanId, parentSpanId, startNano, endNano, kind, resource: once(resource), scope: once(scope) }; // prettier-ignore
    return limit === undefined ? kept : cutSpan(kept, limit);
  };
  return Object.assign(keep, { counts: redactor.counts });
}
