import assert from "node:assert/strict";
import { findIdentities } from "../../src/secrets/identities.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { dirname } from "node:path/posix";
import { SAMPLES, SSH_KEY } from "./samples.ts";
import { OTHER_RECIPIENT, OTHER_SECRET, RECIPIENT, SECRET } from "./support.ts";

const SSH = Deno.readTextFileSync(SSH_KEY);
const SSH_RECIPIENT = Deno.readTextFileSync(`${SSH_KEY}.pub`).split(" ").slice(0, 2).join(" ");
const LOCKED = Deno.readTextFileSync(`${SAMPLES}/id_with_passphrase`);

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly os?: "linux" | "darwin" | "windows";
}

async function found({ env = {}, files = {}, uid = 1000, os = "linux" }: Case) {
  const { fs } = memorySystem();
  for (const [path, content] of Object.entries(files)) {
    makeFolders(fs, dirname(path));
    const file = fs.create(path, 0o644);
    file.write(new TextEncoder().encode(content));
    file.close();
  }
  const home = "/home/maria";
  const { host } = memorySystem({
    host: { os, home, uid, elevated: uid === 0, env: (name) => env[name] },
  });
  const { identities, unused } = await findIdentities({ fs, host });
  return { recipients: identities.map(({ recipient }) => recipient), unused };
}

const KEYS = `# created: today\n# public key: ${RECIPIENT}\n${SECRET}\n\n`;
const FOUND: readonly (readonly [string, Case, readonly string[]])[] = [
  ["none", {}, []],
  ["in SOPS_AGE_KEY, several", { env: { SOPS_AGE_KEY: `${SECRET} ${OTHER_SECRET}\n` } }, [
    RECIPIENT,
    OTHER_RECIPIENT,
  ]],
  ["in SOPS_AGE_KEY_FILE", { env: { SOPS_AGE_KEY_FILE: "/k" }, files: { "/k": KEYS } }, [
    RECIPIENT,
  ]],
  ["in ~/.config", { files: { "/home/maria/.config/sops/age/keys.txt": KEYS } }, [RECIPIENT]],
  ["in XDG_CONFIG_HOME", {
    env: { XDG_CONFIG_HOME: "/c" },
    files: { "/c/sops/age/keys.txt": KEYS },
  }, [RECIPIENT]],
  ["in macOS's folder and in ~/.config", {
    os: "darwin",
    files: {
      "/home/maria/Library/Application Support/sops/age/keys.txt": KEYS,
      "/home/maria/.config/sops/age/keys.txt": OTHER_SECRET,
    },
  }, [RECIPIENT, OTHER_RECIPIENT]],
  ["in ~/.ssh", { files: { "/home/maria/.ssh/id_ed25519": SSH } }, [SSH_RECIPIENT]],
  ["in SOPS_AGE_SSH_PRIVATE_KEY_FILE", {
    env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: "/k" },
    files: { "/k": SSH },
  }, [SSH_RECIPIENT]],
  ["of the host, for root", { uid: 0, files: { "/etc/ssh/ssh_host_ed25519_key": SSH } }, [
    SSH_RECIPIENT,
  ]],
  ["of the host, for others", { files: { "/etc/ssh/ssh_host_ed25519_key": SSH } }, []],
];
for (const [name, given, expected] of FOUND) {
  Deno.test(`keys are found: ${name}`, async () => {
    assert.deepEqual((await found(given)).recipients, expected);
  });
}

Deno.test("a usual place that can't be used is told, and stops nothing", async () => {
  const { recipients, unused } = await found({
    env: { SOPS_AGE_KEY: SECRET },
    files: {
      "/home/maria/.ssh/id_ed25519": LOCKED,
      "/home/maria/.config/sops/age/keys.txt": `# fine\nhunter2\n`,
    },
  });
  assert.deepEqual(recipients, [RECIPIENT]);
  assert.deepEqual(unused, [
    "Cannot use the keys of /home/maria/.config/sops/age/keys.txt: line 2: it is no key of age",
    "Cannot use the keys of /home/maria/.ssh/id_ed25519: it has a passphrase",
  ]);
});

const REFUSED: readonly (readonly [string, Case, RegExp])[] = [
  [
    "a variable with no key",
    { env: { SOPS_AGE_KEY: "hunter2" } },
    /SOPS_AGE_KEY: line 1: .*no key/,
  ],
  ["half a key", { env: { SOPS_AGE_KEY: SECRET.slice(0, 40) } }, /no key of age/],
  ["a key of a plugin", { env: { SOPS_AGE_KEY: "AGE-PLUGIN-YUBIKEY-1" } }, /a key of a plugin/],
  ["a file that is not there", { env: { SOPS_AGE_KEY_FILE: "/k" } }, /\/k.* it does not exist/],
  ["a file with a passphrase", {
    env: { SOPS_AGE_KEY_FILE: "/k" },
    files: { "/k": "age-encryption.org/v1\n-> scrypt" },
  }, /it has a passphrase/],
];
for (const [name, given, says] of REFUSED) {
  Deno.test(`what a variable names and can't be used is refused: ${name}`, async () => {
    await assert.rejects(found(given), (thrown: Error & { kind?: string }) => {
      assert.equal(thrown.kind, "config");
      assert.match(thrown.message, says);
      assert.doesNotMatch(thrown.message, /hunter2|SECRET-KEY-1/);
      return true;
    });
  });
}
