import { describe, expect, test } from "vitest";
import { addressOf, storeAddress } from "./address.ts";

const SECRET = "s3cret";

describe("the address of a store", () => {
  test.each([
    [`postgres://u:${SECRET}@host/db`, "postgres://u@host/db"],
    [`postgresql://u:${SECRET}@host/db?sslmode=require&password=${SECRET}`, "postgresql://u@host/db?sslmode=require"],
    [
      `postgres://u:${SECRET}@host/db?opaque=${SECRET}&sslmode=require#${SECRET}`,
      "postgres://u@host/db?sslmode=require",
    ],
    [`postgres://u:#${SECRET}@host/db`, "postgres://…"],
    [`postgres://u:12/${SECRET}@host/db`, "postgres://…"],
    [`postgres://u:?${SECRET}@host/db`, "postgres://…"],
    [`postgres://u:a b:${SECRET}@ho st/db`, "postgres://…"],
  ])("%s is shown as %s", (text, shown) => {
    expect(addressOf(text)).toMatchObject({ engine: "postgres", shown });
  });

  test.each([
    `mysql://u:${SECRET}@host/db`,
    `postgres:/u:${SECRET}@host/db`,
    `postgres:u:${SECRET}@host/db`,
    `postgres//u:${SECRET}@host/db`,
    `postgers://u:${SECRET}@host/db`,
    `u:${SECRET}@host/db`,
    `host=h password=${SECRET} user=u`,
    `user=u`,
    `  PASSWORD = '${SECRET}'`,
    `x password=${SECRET}`,
    "sqlite:state.db",
    "file:state.db",
    "https://host/db",
  ])("%s is no file", (text) => {
    const setting = { root: "/r", found: true, env: {}, configured: text, cwd: "/" };
    for (const read of [() => addressOf(text), () => storeAddress(setting)]) {
      const error = expect.objectContaining({ code: "USAGE", message: expect.not.stringContaining(SECRET) });
      expect(read).toThrow(error);
    }
  });

  test.each([
    "state.db",
    "C:\\state.db",
    "./a:b.db",
    "/srv/a@b/state.db",
    "dir/x:y.db",
    "./host=h.db",
    "/srv/password=x/s.db",
  ])("%s is a file", (text) => {
    expect(addressOf(text).engine).toBe("sqlite");
  });
});
