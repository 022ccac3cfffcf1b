import { describe, expect, test } from "vitest";
import type { Finding } from "../../upkeep/doctor/found.ts";
import type { CheckState } from "../../upkeep/doctor/schema.ts";
import { createStyle } from "../style.ts";
import { doctorDocument } from "./document.ts";
import { doctorText } from "./text.ts";

const asIs = (text: string) => text;
const clock = (aheadMs: number, roundTripMs = 4): Finding => ({ name: "clock", facts: { aheadMs, roundTripMs } });
const prices = (ageDays: number): Finding => ({
  name: "prices",
  facts: { version: "0.1.8", installedAt: new Date("2026-08-01T12:00:00Z"), newest: null, ageDays },
});
const store = (version: number, pending: number): Finding => ({
  name: "store",
  facts: {
    shown: "postgres://db/a",
    facts: {
      engine: "PostgreSQL 15.14",
      schema: { version, pending },
      migratesItself: false,
      writable: true,
      clock: null,
    },
  },
});

describe("how bad it is, and how it is said", () => {
  test.each<[string, Finding, CheckState, string, string | null]>([
    ["the oldest Node that will do", { name: "node", facts: { version: "20.19.0" } }, "ok", "20.19.0", null],
    ["a newer one", { name: "node", facts: { version: "22.1.0" } }, "ok", "22.1.0", null],
    ["one too old", { name: "node", facts: { version: "20.18.9" } }, "problem", "20.18.9", "Node 20.19 or newer: https://nodejs.org"],
    ["a clock that is nearly right", clock(-999), "ok", "this machine is 999 ms behind the database (± 2 ms)", null],
    ["a clock that is off", clock(1000), "warning", "this machine is 1 s ahead of the database (± 2 ms)", "let both machines set their clocks by NTP"],
    ["a clock that is far off", clock(-60_000), "problem", "this machine is 1 min behind the database (± 2 ms)", "let both machines set their clocks by NTP"],
    ["prices of this quarter", prices(90), "ok", "@pydantic/genai-prices 0.1.8, file of 2026-08-01, 90 days old", null],
    ["older prices", prices(91), "warning", "@pydantic/genai-prices 0.1.8, file of 2026-08-01, 91 days old", "npm update @pydantic/genai-prices"],
    ["a server whose schema is newer in a way that matters not", store(7, 0), "ok", "PostgreSQL 15.14, postgres://db/a, schema 7", null],
    ["a server with one step to go", store(4, 1), "problem", "PostgreSQL 15.14, postgres://db/a, schema 4, 1 pending migration", "agentops store migrate"],
    ["a user without a name", { name: "actor", facts: { name: "unknown", source: "login name" } }, "warning", "unknown, from the login name", "--actor NAME, or AGENTOPS_ACTOR"],
    [
      "packages that are not installed",
      {
        name: "providers",
        facts: { installed: ["azure"], missing: [{ message: "this provider needs the package p, which is not installed", hint: "npm i p@3" }] },
      },
      "problem",
      "this provider needs the package p, which is not installed",
      "npm i p@3",
    ],
    ["a check that failed itself", { name: "prices", trouble: { message: "EACCES\nreally", hint: null } }, "problem", "EACCES really", null],
  ])("%s", (_, finding, state, found, hint) => {
    expect(doctorDocument([finding], asIs).checks).toEqual([{ name: finding.name, state, found, hint }]);
  }); // prettier-ignore
});

describe("on the screen", () => {
  const document = doctorDocument(
    [
      { name: "node", facts: { version: "20.19.0" } },
      { name: "project", facts: { file: "/home/ada/agentops.config.yaml", project: "p", environment: "production" } },
      { name: "markers", facts: { folder: "/mnt/home/ada/kills", there: true, problem: null } },
      { name: "identity", facts: { who: null, missing: ["user.name", "user.email"] } },
    ],
    asIs,
  );

  test("each command stands on a line of its own, and paths begin here", () => {
    expect(doctorText(document, createStyle(false), 60, "/home/ada/")).toBe(
      [
        "ok       node       20.19.0",
        "ok       project    agentops.config.yaml loads: p,",
        "                    environment production",
        "ok       markers    /mnt/home/ada/kills, writable",
        "problem  identity   git's user.name and user.email are not",
        "                    set",
        '         git config --global user.name "Your Name" &&',
        "         git config --global user.email you@example.com",
        "1 problem",
      ].join("\n"),
    );
  });
  test("colour marks the state alone", () => {
    const [first] = doctorText(document, createStyle(true), 60, null).split("\n");
    expect(first).toBe("\u001b[32mok\u001b[39m       node       20.19.0");
  });
});
