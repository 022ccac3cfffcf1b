import { messageOf } from "../../core/errors.ts";
import type { ErrorKind } from "../transaction.ts";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization failure, deadlock. */
const AGAIN = /^(40001|40P01)$/;
/** Connection, resources, operator intervention, read-only, a lock that was not given in time; and the network's. */
const OUTSIDE =
  /^(08...|53...|57P0.|57014|55P03|25006|25P03|28...|3D000|3F000|42P01|42501|ECONN|EPIPE|EHOSTUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES)/;
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)|not queryable/;

const NO_PASSWORD = /client password must be a/;
const NO_ANSWER = /timeout/;
/** Nothing gets better by waiting: a user, a password, a right, a database, tables or an address that is not so. */
const REFUSED = /^(28...|3D000|3F000|42P01|42501|ERR_INVALID_URL)$/;

/** Set on an error of COMMIT: whether it took, the server alone knows. */
export const AT_COMMIT = Symbol("at commit");

export function kindOf(error: unknown): ErrorKind {
  const code = codeOf(error);
  if (code !== undefined && AGAIN.test(code)) return "again";
  const outside = code === undefined ? LOST.test(messageOf(error)) : OUTSIDE.test(code);
  if (!outside) return "ours";
  return (error as { [AT_COMMIT]?: true })[AT_COMMIT] === true ? "unknown" : "outside";
}

/** The driver says so in words only. */
export function isLost(error: unknown): boolean {
  return codeOf(error) === undefined && !(error instanceof TypeError) && LOST.test(messageOf(error));
}

/** Of a server, or of the way to it. */
export function isServerError(error: unknown): boolean {
  const code = codeOf(error);
  if (code === undefined) return isLost(error);
  return OUTSIDE.test(code) || AGAIN.test(code);
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [AGAIN, "too many others changed the same"],
  [/^ECONNREFUSED$/, "no server answers there"],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "the server's name is not known"],
  [/^(28P01|28000)$/, "the server refuses the user or the password"],
  [/^ERR_INVALID_URL$/, "its address is none"],
  [/^3D000$/, "the server has no such database"],
  [/^(42P01|3F000)$/, "it has no tables of agentops: agentops store migrate"],
  [/^42501$/, "the user may not do that"],
  [/^55P03$/, "somebody else holds it for too long"],
  [/^57014$/, "the server took too long over it"],
  [/^53300$/, "the server has no connection left"],
  [/^57P0/, "the server was stopped"],
  [/^(25006)$/, "the server takes no writes: it is a standby"],
];

/** Whether the server, or the driver, refuses what the address says. */
export function isRefused(error: unknown): boolean {
  return REFUSED.test(codeOf(error) ?? "") || NO_PASSWORD.test(messageOf(error));
}

/** What to do about a server that cannot be used. */
export function wayOut(error: unknown): string {
  const code = codeOf(error) ?? "";
  if (/^28/.test(code) || NO_PASSWORD.test(messageOf(error)))
    return "the password comes from PGPASSWORD, ~/.pgpass or a service file";
  if (code === "3D000") return "createdb NAME, by somebody who may; then agentops store migrate";
  if (code === "ERR_INVALID_URL")
    return "an address is postgres://USER@HOST:PORT/DATABASE, with %40 for @ in a password";
  return "is the server there, and the address right? agentops kill works without it";
}

/** The cause in a few words; the code stays, to be searched for. Never the address: it may have a password. */
export function whyNotServer(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : CAUSES.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return `${known[1]} [${code}]`;
  if (code === undefined && NO_PASSWORD.test(messageOf(error)))
    return "the server asks for a password, and none is given";
  if (code === undefined && LOST.test(messageOf(error)))
    return NO_ANSWER.test(messageOf(error)) ? "the server does not answer in time" : "the connection was lost";
  // Node tries several addresses of one name, and the error of all of them has no message.
  return messageOf(error) || (code ?? "unknown");
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
