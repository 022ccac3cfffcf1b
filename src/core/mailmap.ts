/** One line of a `.mailmap` (gitmailmap(5)): who the person of a commit's e-mail, and of its name where that is given, really is. */
interface MailmapLine {
  name: string;
  email: string;
  commitName: string | null;
  commitEmail: string;
}

export type Mailmap = readonly MailmapLine[];

const LINE = /^([^<#]*)<([^>]*)>(?:([^<]*)<([^>]*)>)?/;

/** The lines that git would understand; others are left out, as git does. */
export function parseMailmap(text: string): Mailmap {
  return text.split(/\r?\n/).flatMap((line): MailmapLine[] => {
    const [match, name = "", email = "", commitName = "", commitEmail] = LINE.exec(line) ?? [];
    if (match === undefined || line.startsWith("#")) return [];
    const proper = { name: name.trim(), email: email.trim() };
    if (commitEmail === undefined) return [{ ...proper, commitName: null, commitEmail: proper.email }];
    return [{ ...proper, commitName: commitName.trim() || null, commitEmail: commitEmail.trim() }];
  });
}

/** `Name <mail>` as the mailmap has it; anything else, and who is not in it, stays as it is. The later line wins, one with a name over one without. */
export function mappedName(person: string, mailmap: Mailmap): string {
  const [, name = "", email] = /^(.*?)<?([^\s<>]+@[^\s<>]+)>?\s*$/.exec(person) ?? [];
  if (email === undefined) return person;
  const own = mailmap.filter(({ commitEmail }) => same(commitEmail, email));
  const named = own.findLast(({ commitName }) => commitName !== null && same(commitName, name));
  const line = named ?? own.findLast(({ commitName }) => commitName === null);
  if (line === undefined) return person;
  return `${line.name === "" ? name.trim() : line.name} <${line.email === "" ? email : line.email}>`.trim();
}

function same(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
