// A chat-completions endpoint that answers everything with "42" after LATENCY ms: node bench/chat-server.js LATENCY.
// Started with an IPC channel it sends its port; asked with any message, it sends how many requests it has answered and
// the milliseconds it held them in total: timers and a busy machine make LATENCY a lower bound.
import { createServer } from "node:http";

const latencyMs = Number(process.argv[2] ?? 0);
const ANSWER = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1700000000,
  model: "bench-1",
  choices: [{ index: 0, message: { role: "assistant", content: "42" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 },
});
const HEAD = { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) };
let answered = 0;
let heldMs = 0;

const server = createServer((request, response) => {
  const arrived = performance.now();
  const answer = () => {
    answered += 1;
    heldMs += performance.now() - arrived;
    response.writeHead(200, HEAD).end(ANSWER);
  };
  request.resume().once("end", () => {
    if (latencyMs === 0) answer();
    else setTimeout(answer, latencyMs);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: server.address().port }));
process.on("message", () => process.send({ answered, heldMs }));
process.on("disconnect", () => process.exit());
