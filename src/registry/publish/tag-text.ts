import { ACTOR_TRAILER, DIGEST_TRAILER, PATH_TRAILER } from "../versions/tag-object.ts";

/** A version that is about to be tagged. */
export interface NewTag {
  address: string;
  /** `v7`. */
  version: string;
  /** `prompts/NAME/v7`. */
  tag: string;
  commit: string;
  digest: string;
  /** The artifact's file, relative to the repository's top. */
  path: string;
  message: string;
  /** Who was named; undefined where git's tagger is who published it. */
  actor: string | undefined;
}

/** What a tag says, before git tidies it up. */
export function tagText({ digest, path, message, actor }: NewTag): string {
  // One line: a name with a line break would be a trailer of its own.
  const named =
    actor === undefined ? "" : `${ACTOR_TRAILER}: ${actor.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim()}\n`;
  return `${message}\n\n${named}${DIGEST_TRAILER}: ${digest}\n${PATH_TRAILER}: ${path}\n`;
}

/** The object that `git tag` makes of it (git-mktag(1)). @param tagger as git writes it: `Ada <ada@example.com> 1700000000 +0100` */
export function tagObject(tag: NewTag, tagger: string): string {
  return `object ${tag.commit}\ntype commit\ntag ${tag.tag}\ntagger ${tagger}\n\n${tidied(tagText(tag))}`;
}

/**
 * A text without blank lines at its ends, with one between paragraphs, and without blanks at the ends of lines: git-stripspace(1). Blanks are
 * git's own: no form feed is one.
 */
function tidied(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/[ \t\r]+$/, ""));
  const kept = lines.filter((line, i) => line !== "" || (i > 0 && lines[i - 1] !== ""));
  const whole = kept.join("\n").replace(/^\n+|\n+$/g, "");
  return whole === "" ? "" : `${whole}\n`;
}
