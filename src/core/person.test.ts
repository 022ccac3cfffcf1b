import { describe, expect, test } from "vitest";
import { mappedName, parseMailmap } from "./mailmap.ts";
import { namesSomebody } from "./printable.ts";
import { distinctPeople, fullName, isListed, samePerson } from "./person.ts";

const ADA = "Ada Lovelace <ada@example.com>";

describe("two actors", () => {
  test.each([
    ["Ada Lovelace", true],
    [" ada  lovelace ", true],
    ["Ada.Lovelace", true],
    ["ada", true],
    ["ADA@example.com", true],
    ["Somebody Else <ADA@Example.com>", true],
    ["ada@other.org", true],
    ["12345+ada@users.noreply.github.com", true],
    ["ada@users.noreply.github.com", true],
    ["777-ada@users.noreply.gitlab.com", true],
    ["ada+git@example.com", true],
    ["Grace <grace@example.com>, <ada@example.com>", true],
    ["Ａｄａ Ｌｏｖｅｌａｃｅ", true],
    ["\u0410da Lovel\u0430ce", true],
    ["A\u200bda Love\u00adlace", true],
    ["Ada Lovelace\u{13441}", true],
    ["\u2066Ada Lovelace\u2069", true],
    ["Adá Lovelacé", true],
    ["Ada LoveIace", true],
    ["ada@ex\u0430mple.com", true],
    ["a\u200dda@example.com", true],
    ["adam", false],
    ["bob", false],
    ["Ada Byron <byron@example.com>", false],
    ["bob@example.com", false],
    ["+@example.com", false],
    ["", false],
    ["\u200b", false],
  ])("Ada Lovelace and %j are one person: %s", (actor, is) => {
    expect([samePerson(actor, ADA, []), samePerson(ADA, actor, [])]).toEqual([is, is]);
  });
  test.each([
    ["Straße", "STRASSE"],
    ["Işık", "ISIK"],
    ["Paypa1", "paypal"],
    ["李雷 <lei@example.com>", "李雷"],
    ["Олег", "ОЛЕГ"],
  ])("%j and %j are one person", (one, other) => {
    expect(samePerson(one, other, [])).toBe(true);
  });
  test("without letters nobody is the same as anybody", () => {
    expect(samePerson("", "", [])).toBe(false);
    expect(samePerson("\u200b", "…", [])).toBe(false);
  });
});

test("people are counted once, also where one actor joins two others", () => {
  const counted = (...actors: string[]) => distinctPeople(actors.map((actor) => [actor]), []); // prettier-ignore
  expect(counted("bob", "Bob", "bob@x.org", "eve")).toEqual(["bob", "eve"]);
  const bridge = "A. Lovelace <countess@y.org>";
  expect(counted("a.lovelace@x.org", "countess@y.org", "eve", bridge)).toEqual(["a.lovelace@x.org", "eve"]);
  expect(distinctPeople([["bob", "SHA256:k1"], ["eve", "SHA256:k2"], ["robert", "SHA256:k1"]], [])).toEqual(["bob", "eve"]); // prettier-ignore
});

test.each([
  ["Ada", true],
  ["李雷", true],
  ["<ada@example.com>", true],
  ["", false],
  ["  ", false],
  ["\u200b\u2060", false],
  ["\u{13441}\ufffc", false],
  ["42", false],
  ["…", false],
])("%j names somebody: %s", (actor, is) => {
  expect(namesSomebody(actor)).toBe(is);
});

describe("a mailmap", () => {
  const mailmap = parseMailmap(
    [
      "# who is who",
      "Ada Lovelace <ada@example.com> <countess@home.example>",
      "Grace Hopper <grace@example.com>",
      "<bob@example.com> <bob@old.example>",
      "Eve E. <eve@example.com> Eve <shared@example.com>",
      "no line of a mailmap",
    ].join("\n"),
  );
  test.each([
    ["A. King <COUNTESS@home.example>", "Ada Lovelace <ada@example.com>"],
    ["countess@home.example", "Ada Lovelace <ada@example.com>"],
    ["g <grace@example.com>", "Grace Hopper <grace@example.com>"],
    ["Bob <bob@old.example>", "Bob <bob@example.com>"],
    ["eve <shared@example.com>", "Eve E. <eve@example.com>"],
    ["Mallory <shared@example.com>", "Mallory <shared@example.com>"],
    ["bob", "bob"],
  ])("makes of %j %j", (person, mapped) => {
    expect(mappedName(person, mailmap)).toBe(mapped);
  });
  test("joins two addresses of one person", () => {
    expect(samePerson("A. King <countess@home.example>", ADA, [])).toBe(false);
    expect(samePerson("A. King <countess@home.example>", ADA, mailmap)).toBe(true);
  });
  test("parts nobody: who says that Ada's address is Bob's is both", () => {
    const lie = parseMailmap("Bob <bob@example.com> <ada@example.com>");
    expect(samePerson(ADA, "ada@example.com", lie)).toBe(true);
    expect(samePerson(ADA, "bob@example.com", lie)).toBe(true);
  });
});

describe("on a list", () => {
  const mailmap = parseMailmap("Ada Lovelace <ada@example.com> <countess@home.example>");
  test.each([
    ["Ada <ada@example.com>", "ada@example.com", true],
    ["ADA+x@Example.com", "Ada Lovelace <ada@example.com>", true],
    ["countess@home.example", "ada@example.com", true],
    ["Bob", "bob", true],
    ["Bob <bob@evil.example>", "bob", true],
    ["ada@evil.example", "ada@example.com", false],
    ["ada", "ada@example.com", false],
    ["Ada Lovelace", "Ada Lovelace <ada@example.com>", false],
    ["\u0430da@example.com", "ada@example.com", false],
    ["bob@evil.example", "bob", false],
    ["", "", false],
  ])("%j is %j: %s", (actor, listed, is) => {
    expect(isListed(actor, listed, mailmap)).toBe(is);
  });
});

test("a full name leaves out what is not known", () => {
  expect([fullName({ name: "Ada", email: "a@x" }), fullName({ name: "", email: "a@x" }), fullName({ name: "Ada", email: "" })]).toEqual(["Ada <a@x>", "<a@x>", "Ada"]); // prettier-ignore
});
