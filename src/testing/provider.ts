import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ProviderCall {
  /** Position of the call, from 0. */
  index: number;
  body: any;
  headers: IncomingMessage["headers"];
}

export interface FakeProvider {
  /** `http://127.0.0.1:PORT/v1` */
  baseUrl: string;
  calls: ProviderCall[];
  /** Most calls that were open at once. */
  peak(): number;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine; `answer` decides what each call gets. */
export async function startProvider(
  answer: (call: ProviderCall, response: ServerResponse) => void | Promise<void>,
): Promise<FakeProvider> {
  const calls: ProviderCall[] = [];
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    open += 1;
    peak = Math.max(peak, open);
    response.on("close", () => (open -= 1));
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const call = { index: calls.length, body: text === "" ? null : JSON.parse(text), headers: request.headers };
      calls.push(call);
      void answer(call, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    peak: () => peak,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** A chat completion in OpenAI's shape. */
export function chatAnswer(response: ServerResponse, text: string, model = "gpt-4o-2024-08-06"): void {
  json(response, 200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  });
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
