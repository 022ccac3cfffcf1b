import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { publish } from "../publish/publish.ts";
import {
  agentText,
  gitProject,
  promptText,
  removeFolders,
  type TempProject,
  tempFolder,
  testEnv,
} from "../temp-project.testing.ts";
import { verifyVersion } from "./verify.ts";

afterAll(removeFolders);

const FILES = {
  "prompts/triage.prompt.yml": promptText("triage"),
  "agents/desk.agent.yml": agentText("desk", "triage"),
};

const TAG = "prompts/triage/v1";

async function published(): Promise<TempProject> {
  const temp = await gitProject(FILES);
  await publish(temp.project, {});
  return temp;
}

/** A published version signed by a new ssh key; `allow` lists that key, `other` another one. */
async function signed(list?: "allow" | "other"): Promise<TempProject> {
  const temp = await gitProject(FILES);
  const key = await newKey();
  await temp.git("config", "gpg.format", "ssh");
  await temp.git("config", "user.signingkey", `${key}.pub`);
  await publish(temp.project, { sign: true });
  if (list) await allow(temp, list === "allow" ? key : await newKey());
  return temp;
}

async function newKey(): Promise<string> {
  const key = join(await tempFolder(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  return key;
}

async function allow(temp: TempProject, key: string): Promise<void> {
  await temp.write(".agentops/allowed_signers", `ada@example.com ${await readFile(`${key}.pub`, "utf8")}`);
  await temp.git("add", ".agentops/allowed_signers");
  await temp.git("commit", "-q", "-m", "Who signs");
}

/** Replaces the tag with one whose text was edited, as `git tag` itself never would. */
async function rewriteTag(temp: TempProject, edit: (object: string) => string): Promise<void> {
  const object = edit(execFileSync("git", ["cat-file", "tag", TAG], { cwd: temp.root, env: testEnv }).toString());
  const id = execFileSync("git", ["hash-object", "-t", "tag", "-w", "--stdin"], {
    cwd: temp.root,
    env: testEnv,
    input: object,
  });
  await temp.git("update-ref", `refs/tags/${TAG}`, id.toString().trim());
}

describe("verifyVersion", () => {
  const good: Record<string, { make: () => Promise<TempProject>; signature: object; ref?: string }> = {
    "an unsigned version where nobody asks for signatures": {
      make: published,
      signature: { status: "none", signer: null },
    },
    "an agent": { make: published, ref: "desk@v1", signature: { status: "none" } },
    "the latest version, when none is named": { make: published, ref: "triage", signature: { status: "none" } },
    "a version signed by an allowed signer": {
      make: () => signed("allow"),
      signature: { status: "good", signer: "ada@example.com" },
    },
    "a signed version where no signers are listed": { make: () => signed(), signature: { status: "unknown" } },
  };
  test.each(Object.entries(good))("accepts %s", async (_, { make, signature, ref = "triage@v1" }) => {
    const result = await verifyVersion((await make()).project, ref);
    expect(result).toMatchObject({ schema: "agentops.verify/1", version: "v1", ok: true, reasons: [], signature });
    expect(result.digest.ok).toBe(true);
    expect(result.digest.recorded).toBe(result.digest.actual);
  });

  const bad: Record<
    string,
    { make: () => Promise<TempProject>; tamper?: (t: TempProject) => Promise<unknown>; reason: RegExp; status?: string }
  > = {
    "a tag that was moved to another commit with its old message": {
      make: published,
      tamper: async (t) => {
        const message = await t.git("tag", "-l", "--format=%(contents)", TAG);
        await t.write("prompts/triage.prompt.yml", promptText("triage", "Evil {{ticket}}"));
        await t.git("commit", "-q", "-a", "-m", "evil");
        await t.git("tag", "-f", "-a", "-m", message, TAG);
      },
      reason: /the tagged commit has digest sha256:/,
    },
    "a lightweight tag": {
      make: published,
      tamper: (t) => t.git("tag", "-f", TAG, "HEAD"),
      reason: /lightweight tag/,
    },
    "a tag without a digest": {
      make: published,
      tamper: (t) => t.git("tag", "-f", "-a", "-m", "by hand", TAG),
      reason: /records no digest/,
    },
    "a tag copied from another version": {
      make: published,
      tamper: async (t) => {
        await t.write("prompts/triage.prompt.yml", promptText("triage", "Two {{ticket}}"));
        await publish(t.project, {});
        await t.git("update-ref", "refs/tags/prompts/triage/v1", "refs/tags/prompts/triage/v2");
      },
      reason: /made as prompts\/triage\/v2/,
    },
    "a commit without the artifact": {
      make: published,
      tamper: async (t) => {
        const message = await t.git("tag", "-l", "--format=%(contents)", TAG);
        await t.git("rm", "-q", "-r", "prompts");
        await t.git("commit", "-q", "-m", "gone");
        await t.git("tag", "-f", "-a", "-m", message, TAG);
      },
      reason: /has no such artifact/,
    },
    "an unsigned version where signers are listed": {
      make: published,
      tamper: async (t) => allow(t, await newKey()),
      reason: /not signed/,
      status: "none",
    },
    "a version signed by somebody who is not listed": {
      make: () => signed("other"),
      reason: /does not list/,
      status: "untrusted",
    },
    "a signed tag whose text was changed": {
      make: () => signed("allow"),
      tamper: (t) => rewriteTag(t, (o) => o.replace("Publish", "Publisch")),
      reason: /signature is bad/,
      status: "bad",
    },
  };
  test.each(Object.entries(bad))("rejects %s", async (_, { make, tamper, reason, status }) => {
    const temp = await make();
    await tamper?.(temp);
    const result = await verifyVersion(temp.project, "prompts/triage@v1");
    expect(result.ok).toBe(false);
    expect(result.reasons.join("\n")).toMatch(reason);
    if (status) expect(result.signature.status).toBe(status);
  });

  test("a GnuPG signature is judged by the keyring: trusted, changed, or without its key", async () => {
    const temp = await gitProject(FILES);
    const home = await mkdtemp("/tmp/aogpg-");
    const env = { ...testEnv, GNUPGHOME: home };
    try {
      const generate = [
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "ada@example.com",
        "ed25519",
        "sign",
        "never",
      ];
      execFileSync("gpg", generate, { env, stdio: "ignore" });
      temp.project.env = env;
      await temp.git("config", "user.signingkey", "ada@example.com");
      await publish(temp.project, { sign: true });
      expect((await verifyVersion(temp.project, "triage")).signature).toEqual({
        status: "good",
        signer: "ada@example.com",
      });
      await rewriteTag(temp, (o) => o.replace("Publish", "Publisch"));
      expect(await verifyVersion(temp.project, "triage")).toMatchObject({ ok: false, signature: { status: "bad" } });
      const elsewhere = { ...temp.project, env: { ...testEnv, GNUPGHOME: await tempFolder() } };
      expect((await verifyVersion(elsewhere, "desk")).signature.status).toBe("unknown");
    } finally {
      execFileSync("gpgconf", ["--kill", "all"], { env });
      await rm(home, { recursive: true, force: true });
    }
  });

  test("a revision is no version, and an unpublished artifact has none", async () => {
    const temp = await gitProject(FILES);
    await expect(verifyVersion(temp.project, "triage@HEAD")).rejects.toMatchObject({ code: "REF_INVALID" });
    await expect(verifyVersion(temp.project, "triage")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: "prompts/triage has no version yet",
    });
  });
});
