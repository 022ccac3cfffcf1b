// The least any client on this machine can do: node bench/floor.js URL CALLS CONCURRENCY posts CALLS chat completions
// with bare undici, parses each answer, keeps nothing, and prints the milliseconds from first call to last answer.
import { Pool } from "undici";

const [url, calls, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: concurrency });
const headers = { "content-type": "application/json", authorization: "Bearer none" };
let next = 0;

async function worker() {
  while (next < calls) {
    const content = `What is six times seven? (question ${next++})`;
    const body = JSON.stringify({ model: "bench-1", messages: [{ role: "user", content }], temperature: 0 });
    const answer = await pool.request({ method: "POST", path: pathname, headers, body });
    const { choices } = await answer.body.json();
    if (choices[0].message.content !== "42") throw new Error("wrong answer");
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: concurrency }, worker));
console.log(performance.now() - started);
await pool.close();
