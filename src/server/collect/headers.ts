import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Wire } from "./answer.ts";
import { Refusal } from "./refusal.ts";

const WIRES: Readonly<Record<string, Wire>> = {
  "application/json": "json",
  "application/x-protobuf": "protobuf",
  "application/protobuf": "protobuf",
};

/** null of a type that is none of OTLP's; its parameters, as a charset, say nothing that is needed. */
export function wireOf(headers: IncomingHttpHeaders): Wire | null {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return Object.hasOwn(WIRES, type) ? (WIRES[type] as Wire) : null;
}

/** Throws a Refusal for what nobody here can unpack. */
export function isGzip(headers: IncomingHttpHeaders): boolean {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  if (encoding === "identity" || encoding === "") return false;
  throw new Refusal("wrongType", "the content encoding is neither gzip nor identity", { "accept-encoding": "gzip" });
}

/** Throws a Refusal unless the request carries the token; in the same time wherever they begin to differ, and whatever their lengths. */
export function checkToken(headers: IncomingHttpHeaders, token: string): void {
  const given = /^Bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim() ?? "";
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw new Refusal("unauthenticated", "Authorization: Bearer TOKEN is missing or wrong", {
    "www-authenticate": "Bearer",
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
