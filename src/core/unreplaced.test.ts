import { expect, test } from "vitest";
import { unreplacedIn } from "./unreplaced.ts";

const inHeader = (authorization: string) => unreplacedIn({ models: { m: { headers: { authorization } } } });

test.each([
  ["Bearer ${TOKEN}", "${TOKEN}", "TOKEN"],
  ["Bearer ${env:TOKEN}", "${env:TOKEN}", "TOKEN"],
  ["$TOKEN", "$TOKEN", "TOKEN"],
  ["%TOKEN%", "%TOKEN%", "TOKEN"],
  ["{{ env.TOKEN }}", "{{ env.TOKEN }}", "TOKEN"],
  ["Bearer ${{ secrets.TOKEN }}", "${{ secrets.TOKEN }}", "TOKEN"],
  ["Bearer $(cat token)", "$(cat token)", "NAME"],
  ["process.env.TOKEN", "process.env.TOKEN", "TOKEN"],
  ["os.environ/TOKEN", "os.environ/TOKEN", "TOKEN"],
  ["os.environ['TOKEN']", "os.environ['TOKEN']", "TOKEN"],
  ["Bearer <TOKEN>", "<TOKEN>", "TOKEN"],
  ["Bearer <your-token>", "<your-token>", "NAME"],
])("%s would be sent as it stands", (text, written, name) => {
  const [found, ...more] = inHeader(text);
  expect([found?.written, more]).toEqual([written, []]);
  expect(found?.hint).toContain(`apiKeyEnv: ${name} }`);
});

test.each(["100 $ of {{it}}", '<https://x.example/y>; rel="next"', "a < B > c", "environment/prod", "$5 (five)"])(
  "nothing is wrong with %s",
  (text) => {
    expect(inHeader(text)).toEqual([]);
  },
);

test("a program's own text on its command line is its own", () => {
  const command = ["node", "-e", "fetch(process.env.URL).then(<T>(x) => x)"];
  expect(unreplacedIn({ models: { m: { command } } })).toEqual([]);
});
