import { expect, test } from "vitest";
import { shownSettings, withoutValues } from "./shown-settings.ts";

test.each([
  ["http://user:Longpassw0rd@127.0.0.1/v1?api_key=K3Y&v=1#part", "http://user:***@127.0.0.1/v1?api_key=***&v=***#***"],
  ["http://user:pa/ss@w?rd@host/v1", "http://user:***@host/v1"],
  ["https://T0KEN@host/v1", "https://***@host/v1"],
  ["https://host/v1?K3Y", "https://host/v1?***"],
  ["https://host:8080/v1", "https://host:8080/v1"],
  ["--token=K3Y", "--token=***"],
  ["curl -u me:K3Y --api-key 'K 3 Y' -H \"X: K3Y\" https://host", "curl -u *** --api-key *** -H *** https://host"],
  ["API_KEY=K3Y node agent.js", "API_KEY=*** node agent.js"],
  ["host=h password=K3Y user=u", "host=h password=*** user=u"],
  ["Authorization: Bearer K3Y", "Authorization: ***"],
  ["agent.js", "agent.js"],
])("%s is shown as %s", (text, shown) => {
  expect(withoutValues(text)).toBe(shown);
});

test.each(["--token", "--api-key", "--password", "-p", "--client-secret", "--auth-token", "-H", "-u"])(
  "what follows %s in a list is hidden, and nothing after it",
  (flag) => {
    const command = ["node", flag, "K3Y", "agent.js"];
    const settings = command.map((value, i) => ({ key: `models.p.command.${i}`, value, origin: "c:1" }));
    expect(shownSettings(settings).map(({ value }) => value)).toEqual(["node", flag, "***", "agent.js"]);
  },
);

test("an argument that has its key in it, and headers, are hidden; the next list's first argument is not", () => {
  const of = (key: string, value: string) => ({ key, value, origin: "c:1" });
  const settings = [
    of("models.p.command.0", "-pK3Y"),
    of("models.p.command.1", "--token"),
    of("models.q.command.0", "node"),
    of("models.r.headers.X-Team", "K3Y"),
  ];
  expect(shownSettings(settings).map(({ value }) => value)).toEqual(["-p***", "--token", "node", "***"]);
});
