/** Somebody as git names them. */
export interface Author {
  name: string;
  email: string;
}

/**
 * Whether an actor is a version's author: the same name, address, or the part before the @ on either side. It errs towards yes:
 * two people of one name need different actors, one person must not need a second mailbox.
 */
export function isAuthor(actor: string, { name, email }: Author): boolean {
  const own = [plain(name), plain(email), mailbox(email)].filter((text) => text !== "");
  return own.includes(plain(actor)) || own.includes(mailbox(actor));
}

/** The same people once: case and mail domain do not make another person. */
export function distinctPeople(actors: readonly string[]): string[] {
  const byPerson = new Map(actors.map((actor) => [mailbox(actor), actor]));
  return [...byPerson.values()];
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}

/** `ada` of `ada@example.com`, of `ada+git@example.com`, and of GitHub's `123+ada@users.noreply.github.com`. */
function mailbox(text: string): string {
  const local = plain(text).split("@")[0] ?? "";
  return local.replace(/^\d+\+/, "").replace(/\+.*$/, "");
}
