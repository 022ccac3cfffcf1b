import { type GitObject, textOf } from "../git/objects.ts";

export const DIGEST_TRAILER = "Agentops-Digest";
export const PATH_TRAILER = "Agentops-Path";
export const ACTOR_TRAILER = "Agentops-Actor";

/** What the object behind a version's ref says. */
export interface TagFacts {
  /** The commit it points at; "" where it points at none. */
  commit: string;
  annotated: boolean;
  /** The name inside the tag object; differs from the ref's when somebody copied a tag. Empty when lightweight. */
  innerName: string;
  /** `sha256:…` from the trailer, or null when there is none. */
  digest: string | null;
  /** Path of the artifact's file inside the repository when it was published, or null. */
  path: string | null;
  /** ISO-8601, UTC; the commit's for a lightweight tag. */
  at: string;
  author: string;
  /** Of the tagger; empty for a lightweight tag. */
  email: string;
  /** Who published it, where that was said and git's tagger is only the machine's user; null where nobody was named. */
  actor: string | null;
  /** Without our trailers and the signature. */
  message: string;
  signed: boolean;
  /** Why the tag is no version, whatever its name says; null for what `publish` made. */
  stray: string | null;
}

/** A date that no calendar has: such a tag is none that git made. */
const NO_DATE = new Date(0).toISOString();
const NOBODY = { at: NO_DATE, author: "", email: "" };
const NOTHING = { innerName: "", digest: null, path: null, actor: null, message: "", signed: false };

/** Reads a tag object, or whatever a ref called `prompts/NAME/v7` is on: tools, imports and people make odd ones. */
export function tagFacts(ref: string, object: GitObject): TagFacts {
  if (object.type === "tag") return annotatedFacts(ref, object);
  if (object.type !== "commit") {
    return {
      ...NOTHING,
      ...NOBODY,
      commit: "",
      annotated: false,
      stray: `${ref} is on a ${object.type}, not on a commit`,
    };
  }
  const [head, body] = parted(textOf(object.bytes));
  const made = personIn(head, "committer") ?? NOBODY;
  const stray = `${ref} is a lightweight tag; publish makes annotated ones`;
  return { ...NOTHING, ...made, email: "", commit: object.id, annotated: false, message: body.trim(), stray };
}

function annotatedFacts(ref: string, { bytes }: GitObject): TagFacts {
  const [head, body] = parted(textOf(bytes));
  const [text, signed] = unsigned(body);
  const tagger = personIn(head, "tagger");
  const type = field(head, "type");
  const facts = {
    ...(tagger ?? NOBODY),
    commit: type === "commit" ? field(head, "object") : "",
    annotated: true,
    innerName: field(head, "tag"),
    digest: trailer(text, DIGEST_TRAILER),
    path: trailer(text, PATH_TRAILER),
    actor: trailer(text, ACTOR_TRAILER),
    message: withoutTrailers(text),
    signed,
  };
  return { ...facts, stray: whyStray(ref, type, { ...facts, nobody: tagger === null }) };
}

function whyStray(
  ref: string,
  type: string,
  { innerName, digest, at, nobody }: Pick<TagFacts, "innerName" | "digest" | "at"> & { nobody: boolean },
): string | null {
  if (type !== "commit") return `${ref} is on ${type === "tag" ? "another tag" : `a ${type}`}, not on a commit`;
  // A copied tag object keeps its digest and even its signature; only its own name gives it away.
  if (innerName !== ref) return `the tag object was made as ${innerName}, not as ${ref}`;
  if (digest === null) return `${ref} records no digest`;
  if (nobody) return `${ref} does not say who made it`;
  return at === NO_DATE ? `${ref} has no date that can be read` : null;
}

function parted(text: string): [head: string, body: string] {
  const at = text.indexOf("\n\n");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}

function field(head: string, key: string): string {
  const line = head.split("\n").find((one) => one.startsWith(`${key} `));
  return line?.slice(key.length + 1) ?? "";
}

/** `Ada <ada@example.com> 1700000000 +0100`; the zone says nothing about when it was. */
function personIn(head: string, key: string): { at: string; author: string; email: string } | null {
  const match = /^(.*?) ?<([^>]*)>(?: (-?\d+)(?: .*)?)?$/.exec(field(head, key));
  if (match === null) return null;
  const [, author = "", email = "", seconds] = match;
  const date = new Date(seconds === undefined ? NaN : Number(seconds) * 1000);
  return { author, email, at: Number.isNaN(date.getTime()) ? NO_DATE : date.toISOString() };
}

/** As git has it (`parse_signed_buffer`): what follows the last such line is the signature. */
const SIGNATURE = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/gm;

function unsigned(body: string): [text: string, signed: boolean] {
  if (!body.includes("-----BEGIN ")) return [body, false];
  const at = [...body.matchAll(SIGNATURE)].at(-1)?.index;
  return at === undefined ? [body, false] : [body.slice(0, at), true];
}

/** The last one counts: a message may quote another tag's trailer above ours. */
export function trailer(text: string, key: string): string | null {
  const at = `\n${text}`.lastIndexOf(`\n${key}: `);
  if (at < 0) return null;
  const end = text.indexOf("\n", at);
  return text.slice(at + key.length + 2, end < 0 ? undefined : end);
}

function withoutTrailers(text: string): string {
  const own = [DIGEST_TRAILER, PATH_TRAILER, ACTOR_TRAILER].map((key) => `${key}: `);
  const lines = text.split("\n").filter((line) => !own.some((key) => line.startsWith(key)));
  return lines.join("\n").trim();
}
