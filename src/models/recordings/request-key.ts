import { canonicalJson, sha256Hex } from "../../core/canonical.ts";
import type { ModelProvider } from "../../core/config.schema.ts";
import type { Message, ModelRequest } from "../client/client.ts";
import { addressOf } from "../definition.ts";

/**
 * Key of a recorded answer: `sha256:<hex>` over the RFC 8785 form of {messages, parameters, pin, responseFormat,
 * tools, trial}, and of the variables, because an agent gets those beside the messages. The same as core's digestOf, put together by hand because every call needs one: parameters, tools and
 * format are the same object in all calls of a run, so their text is made once.
 */
export function recordingKey(pin: string, request: ModelRequest, trial: number): string {
  const { vars } = request;
  return sha256(requestText(pin, request, trial) + (vars === undefined ? "" : canonicalJson(vars)));
}

/**
 * Key under which the store may answer an equal request: what {@link recordingKey} covers and where the request would
 * have gone, because the same pin behind another address is another model.
 */
export function requestKey(
  pin: string,
  provider: ModelProvider | undefined,
  request: ModelRequest,
  trial: number,
): string {
  return sha256(`${addressText(provider)}\n${requestText(pin, request, trial)}`);
}

function requestText(pin: string, request: ModelRequest, trial: number): string {
  const { messages, parameters, responseFormat, tools } = request;
  const format = responseFormat === undefined ? "" : `"responseFormat":${constantText(responseFormat)},`;
  const offered = tools === undefined ? "" : `"tools":${constantText(tools)},`;
  const said = messages.map(messageText).join(",");
  return `{"messages":[${said}],"parameters":${constantText(parameters)},"pin":${JSON.stringify(pin)},${format}${offered}"trial":${trial}}`;
}

function messageText(message: Message): string {
  const { role, content } = message;
  if (role !== "tool" && (role !== "assistant" || message.toolCalls === undefined))
    return `{"content":${JSON.stringify(content)},"role":"${role}"}`;
  return canonicalJson(JSON.parse(JSON.stringify(message)));
}

const texts = new WeakMap<object, string>();

function constantText(value: object): string {
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = canonicalJson(value)));
  return text;
}

const addresses = new WeakMap<ModelProvider, string>();

function addressText(provider: ModelProvider | undefined): string {
  if (provider === undefined) return "{}";
  let text = addresses.get(provider);
  if (text === undefined) {
    text = canonicalJson(addressOf(provider));
    addresses.set(provider, text);
  }
  return text;
}

function sha256(text: string): string {
  return `sha256:${sha256Hex(text)}`;
}
