import pg from "pg";

/** The engine that the tests of operators' rooms run on: `vitest --project postgres` runs them a second time. */
export const ENGINE = process.env["AGENTOPS_TEST_ENGINE"] === "postgres" ? "postgres" : "sqlite";

/** Whether all cases run here: each query to a server is a way there and back, so `npm test` takes some of many there, `npm run test:slow` all. */
export const ALL_CASES = ENGINE === "sqlite" || process.env["AGENTOPS_TEST_ALL"] === "1";

/** Some of many cases of one kind; all of them where {@link ALL_CASES} run. */
export function few<T>(cases: readonly T[], most: number): T[] {
  return ALL_CASES ? [...cases] : cases.slice(0, most);
}

let made = 0;

/** The address of a new database with agentops' tables: a copy of the one that was made before the tests. */
export async function newDatabase({ empty = false } = {}): Promise<string> {
  const server = process.env["AGENTOPS_TEST_SERVER"];
  if (server === undefined) throw new Error("no server was started for the tests");
  made += 1;
  const name = `t${process.pid}_${made}`;
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  await admin.connect();
  try {
    await admin.query(
      `CREATE DATABASE ${name} TEMPLATE ${empty ? "template1" : "template_agentops"} STRATEGY file_copy`,
    );
  } finally {
    await admin.end();
  }
  return `${server}/${name}`;
}

/** Until an agent's process sees what was changed: a file is looked at every 20 ms, a server's changes are told. */
export async function seen(): Promise<void> {
  await new Promise((done) => setTimeout(done, ENGINE === "postgres" ? 300 : 25));
}
