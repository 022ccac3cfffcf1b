import { createRequire } from "node:module";
import { type Mailmap, mappedName } from "./mailmap.ts";
import { withoutUnseen } from "./printable.ts";

const require = createRequire(import.meta.url);

/** Somebody as git names them. */
export interface Author {
  name: string;
  email: string;
}

/** `Ada Lovelace <ada@example.com>`; what is not known is left out. */
export function fullName({ name, email }: Author): string {
  return [name, email === "" ? "" : `<${email}>`].filter((text) => text !== "").join(" ");
}

/**
 * Whether two actors may be one person: one e-mail of theirs is the same, or one name (the part before an @ is one, too). It errs towards
 * yes: what a reader would not tell apart is the same, a `.mailmap` only ever joins, and two people of one name need different actors.
 */
export function samePerson(one: string, other: string, mailmap: Mailmap): boolean {
  const known = marksOf(one, mailmap);
  return [...marksOf(other, mailmap)].some((mark) => known.has(mark));
}

/** The same people once, each by the first of their names; who shares a name with two others makes those one. */
export function distinctPeople(people: readonly (readonly string[])[], mailmap: Mailmap): string[] {
  const groups: string[][] = [];
  for (const names of people) {
    const same = (name: string) => names.some((own) => samePerson(own, name, mailmap));
    const own = groups.filter((group) => group.some(same));
    const [first] = own;
    if (first === undefined) groups.push([...names]);
    else {
      first.push(...own.slice(1).flat(), ...names);
      for (const merged of own.slice(1)) groups.splice(groups.indexOf(merged), 1);
    }
  }
  return groups.map(([name = ""]) => name);
}

/**
 * Whether an actor is the person that a list names. This one errs towards no, since being on the list is a right: an e-mail has to be the
 * very one, and where the list has only a name, so has that.
 */
export function isListed(actor: string, listed: string, mailmap: Mailmap): boolean {
  const { name, emails } = parse(listed);
  const spelled = [actor, mappedName(actor, mailmap)].map(parse);
  if (emails.length === 0) return name !== "" && spelled.some((own) => exact(own.name) === exact(name));
  const wanted = emails.map((email) => exact(address(email)));
  return spelled.some((own) => own.emails.some((email) => wanted.includes(exact(address(email)))));
}

function parse(text: string): { name: string; emails: string[] } {
  const emails = text.match(/[^\s<>"(),;]+@[^\s<>"(),;]+/g) ?? [];
  const rest = emails.reduce((name, email) => name.replace(email, " "), text);
  return { name: rest.replace(/[<>"]/g, " ").trim(), emails };
}

/** All that tells a person apart: e-mails with their @, names without. */
function marksOf(actor: string, mailmap: Mailmap): Set<string> {
  const marks = [actor, mappedName(actor, mailmap)].flatMap((text) => {
    const { name, emails } = parse(visible(text));
    const addresses = emails.map(address);
    const names = [name, ...addresses.map((email) => email.slice(0, email.lastIndexOf("@")))];
    const own = addresses.flatMap((email) => email.split("@").map(looksOf).reduce(pairs));
    return [...names.flatMap(looksOf), ...own];
  });
  return new Set(marks.filter((mark) => mark.replaceAll("@", "") !== ""));
}

function pairs(locals: string[], domains: string[]): string[] {
  return locals.flatMap((local) => domains.map((domain) => `${local}@${domain}`));
}

/** Without `+tag`, and the login of the addresses that GitHub (`123+ada@users.noreply.github.com`) and GitLab (`123-ada@…`) hand out. */
function address(email: string): string {
  const at = email.lastIndexOf("@");
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  const handedOut = /^users\.noreply\./i.test(domain);
  const login = handedOut ? local.replace(/^\d+[+-]/, "") : local.replace(/^\d+\+(?=.)/, "");
  return `${login.replace(/(?<=.)\+.*$/, "")}@${domain}`;
}

/** Compatibility forms made one, without what no screen shows: zero-width and other ignorable characters, controls. */
function visible(text: string): string {
  return withoutUnseen(text.normalize("NFKC")).replace(/[\p{Cf}\p{Cc}]/gu, "");
}

/**
 * What a text looks like, as letters and digits alone: the skeletons of Unicode TS 39, section 4, of the text as it is (a capital I looks like
 * a small l) and of its folded form (two cases are one), without accents. Two texts that share one of them are easily taken for each other.
 */
function looksOf(text: string): string[] {
  const looks = [visible(text), folded(visible(text))].map((form) => folded(skeleton(form)));
  return [...new Set(looks.map((look) => look.normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "")))];
}

function skeleton(text: string): string {
  // Loaded for the first comparison: its table takes 15 ms, and an agent that only asks what is killed compares nobody.
  lookalikes ??= require("unhomoglyph") as (text: string) => string;
  return lookalikes(text.normalize("NFD").replace(/\p{M}/gu, ""));
}

let lookalikes: ((text: string) => string) | undefined;

/** Full case folding: ß and ẞ are ss, and a dotless ı is an i. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase();
}

function exact(text: string): string {
  return visible(text).trim().toLowerCase().replace(/\s+/g, " ");
}
