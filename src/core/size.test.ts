import { expect, test } from "vitest";
import { sizeBytes, sizeText } from "./size.ts";

test.each([
  ["512B", 512, "512 B"],
  ["64KiB", 65_536, "64 KiB"],
  ["16MiB", 16_777_216, "16 MiB"],
  ["1.5GiB", 1_610_612_736, "1.5 GiB"],
])("%s is %i bytes, shown as %s", (text, bytes, shown) => {
  expect([sizeBytes(text), sizeText(bytes)]).toEqual([bytes, shown]);
});

test.each(["16", "16MB", "-1MiB", "1 MiB", ""])("%j is no size", (text) => {
  expect(sizeBytes(text)).toBeUndefined();
});
