import { AgentopsError } from "../core/errors.ts";
import type { ArtifactKind, Ref } from "../core/refs.ts";
import { didYouMean, suggest } from "../core/suggest.ts";
import { addressOf, KINDS } from "./files.ts";
import type { Source } from "./source.ts";

/** Which artifact. */
export interface Address {
  kind: ArtifactKind;
  name: string;
}

/** Which artifact of a source a ref means; throws REF_INVALID when a bare name is both a prompt and an agent. */
export async function addressIn(source: Source, ref: Ref): Promise<Address> {
  const { kind, name } = ref;
  if (kind !== undefined) return { kind, name };
  const files = await filesOf(source);
  const kinds = [...new Set(files.filter((f) => f.name === name).map((f) => f.kind))];
  const [only, other] = kinds;
  if (only === undefined) throw await notFound(source, ref);
  if (other !== undefined) throw ambiguous(name);
  return { kind: only, name };
}

/** ARTIFACT_NOT_FOUND with the name that was probably meant; FILE_NOT_FOUND for a file that is not checked out. */
export async function notFound(source: Source, { kind, name }: Pick<Ref, "kind" | "name">): Promise<AgentopsError> {
  const absent = await source.absent?.((file) => file.name === name && (kind === undefined || file.kind === kind));
  if (absent != null) return absent;
  const files = (await filesOf(source)).filter((f) => kind === undefined || f.kind === kind);
  const known = files.map((f) => (kind === undefined ? f.name : addressOf(f.kind, f.name)));
  const typed = kind === undefined ? name : addressOf(kind, name);
  const where = source.commit === null ? "" : ` at ${source.commit.slice(0, 12)}`;
  const what = kind === undefined ? `no prompt or agent named ${name}` : `no ${typed}`;
  const near = suggest(typed, known) === undefined ? "agentops list shows them all; " : "";
  return new AgentopsError("ARTIFACT_NOT_FOUND", `${what}${where}`, { hint: `${near}${didYouMean(typed, known)}` });
}

async function filesOf(source: Source) {
  return (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
}

/** REF_INVALID for a bare name that is a prompt and an agent. */
export function ambiguous(name: string): AgentopsError {
  return new AgentopsError("REF_INVALID", `${name} is both a prompt and an agent`, {
    hint: `say which: ${addressOf("prompts", name)} or ${addressOf("agents", name)}`,
  });
}
