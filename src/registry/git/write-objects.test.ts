import { afterAll, expect, test } from "vitest";
import { gitProject, plainProject, projectIn, removeFolders } from "../temp-project.testing.ts";
import { needRepo } from "./repo.ts";
import { readObjects } from "./objects.ts";
import { writeTagObjects } from "./write-objects.ts";

afterAll(removeFolders);

/** Lengths around those that a pack says with one byte more. */
const LENGTHS = [0, 1, 100, 1800, 1900, 2000, 2048, 40_000, 300_000];

test.each([
  ["a few", "sha1", 1],
  ["many", "sha1", 20],
  ["many, where objects have longer names", "sha256", 20],
])("git reads tag objects as they were written: %s", async (_, hash, times) => {
  const temp = hash === "sha1" ? await gitProject() : await sha256Project();
  await temp.write('sub "é"/agentops.config.yaml', "project: sub\n");
  const sub = await projectIn(`${temp.root}/sub "é"`);
  const commit = await temp.git("rev-parse", "HEAD");
  for (const { project } of [temp, sub]) {
    const repo = await needRepo(project);
    const texts = Array.from({ length: times }, (_n, i) =>
      LENGTHS.map((length) => tagText(commit, `${project.config.project}${i}`, length)),
    ).flat();
    const ids = await writeTagObjects(repo, texts, "not written");
    const read = await readObjects(repo, ids);
    expect(read.map((object) => (object === null ? null : Buffer.from(object.bytes, "latin1").toString()))).toEqual(
      texts,
    );
    await temp.git("fsck", "--strict", "--no-dangling");
  }
});

function tagText(commit: string, name: string, length: number): string {
  return `object ${commit}\ntype commit\ntag ${name}/v1\ntagger Ada <ada@example.com> 1700000000 +0100\n\nÜ ${"x".repeat(length)}\n`;
}

async function sha256Project() {
  const temp = await plainProject();
  await temp.git("init", "-q", "-b", "main", "--object-format=sha256");
  await temp.git("add", "-A");
  await temp.git("commit", "-q", "-m", "start");
  return temp;
}
