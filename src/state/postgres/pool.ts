import type { Pool } from "pg";
import { messageOf } from "../../core/errors.ts";

/** int8 and numeric: counts, sums and ids. */
const NUMBERS = new Set([20, 1700]);
/** Each text is parsed by the server once a connection; lists of varying length would be new each time. */
const MOST_NAMES = 400;
/** A server that does not even say that it took too long is silent. */
const SILENT_MS = 300;

export interface PoolOptions {
  url: string;
  /** Connections at most. */
  max: number;
  /** How long to wait for a connection, and for a lock that somebody else holds. */
  waitMs: number;
  /** How long to wait for the answer to a query; Infinity: as long as it takes. */
  answerMs: number;
}

export async function openPool({ url, max, waitMs, answerMs }: PoolOptions): Promise<Pool> {
  const pg = await loadPg();
  const types = { getTypeParser: parserOf(pg.types.getTypeParser.bind(pg.types) as GetParser) };
  // A plan that is kept was made when the tables were small, and reads all of a table that has grown since.
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: Math.max(1, Math.ceil(waitMs)),
    ...(Number.isFinite(answerMs) ? { query_timeout: Math.ceil(answerMs) + SILENT_MS } : {}),
    application_name: "agentops",
    keepAlive: true,
    // A process that ends need not wait for connections that nobody uses.
    allowExitOnIdle: true,
    options: `-c search_path=agentops -c plan_cache_mode=force_custom_plan -c idle_in_transaction_session_timeout=30s -c lock_timeout=${Math.ceil(waitMs)} -c statement_timeout=${Number.isFinite(answerMs) ? Math.ceil(answerMs) : 0}`,
    types: types,
    Client: namedStatements(pg.Client),
  });
  // An error of a connection that nobody uses just then would end the process; whoever uses it next is told.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  return pool;
}

type Pg = typeof import("pg");

/** pg asks whether it runs at Cloudflare by making a Response, and Node 20 loads all of undici for that: more than half of the import. */
export async function loadPg(): Promise<Pg> {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  if (before === undefined)
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js" }, configurable: true });
  try {
    const { default: pg } = (await import("pg")) as unknown as { default: Pg };
    return pg;
  } finally {
    if (before === undefined) delete (globalThis as { navigator?: unknown }).navigator;
  }
}

type GetParser = (oid: number, format?: string) => (text: string) => unknown;

/** Of this pool alone: the SDK is a guest in somebody's process, and pg's own table is everybody's. */
function parserOf(others: GetParser): GetParser {
  return (oid, format) => (NUMBERS.has(oid) ? numberFrom : others(oid, format));
}

function numberFrom(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53`);
  return value;
}

function cut(client: object): void {
  (client as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** A client that prepares each text under a name, so that the server parses it once, and keeps no connection that is of no use. */
function namedStatements(Client: Pg["Client"]): Pg["Client"] {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST_NAMES) return known;
    const name = `a${names.size}`;
    names.set(text, name);
    return name;
  };
  return class extends Client {
    /** pg leaves the socket of a connection that was refused open, which would keep the process alive. */
    override connect(...args: unknown[]): never {
      const [callback] = args as [((error?: Error) => void)?];
      const done = (error?: Error) => {
        if (error != null) cut(this);
        callback?.(error);
      };
      return (super.connect as (...given: unknown[]) => never)(...(callback === undefined ? [] : [done]));
    }

    override query(...args: unknown[]): never {
      const [text, values] = args;
      const name = typeof text === "string" && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
      const query: unknown[] = name === undefined ? args : [{ name, text, values }];
      const answer: unknown = (super.query as (...given: unknown[]) => unknown)(...query);
      // Whoever used the connection next would wait behind it.
      if (answer instanceof Promise)
        answer.catch((error: unknown) => {
          if (messageOf(error) === "Query read timeout") cut(this);
        });
      return answer as never;
    }
  };
}

/** Waits for what is under way; a server that is gone makes no error of it. */
export async function closePool(pool: Pool): Promise<void> {
  try {
    await pool.end();
  } catch (error) {
    if (!/more than once/.test(messageOf(error))) throw error;
  }
}
