/** Files whose keys are not age's. */
import assert from "node:assert/strict";
import { listRecipients } from "../../../src/journeys/secrets/recipients.ts";
import { setSecret } from "../../../src/journeys/secrets/set.ts";
import { showSecrets } from "../../../src/journeys/secrets/show.ts";
import type { Command, System } from "../../../src/system/mod.ts";
import { bytes, text } from "../../secrets/support.ts";
import { FILE, machine, put } from "./world.ts";

const FINGERPRINT = "ABCDEF0123456789";
const FOREIGN = `a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]
sops:
    pgp:
        - created_at: "2026-01-02T03:04:05Z"
          enc: "-----BEGIN PGP MESSAGE-----"
          fp: ${FINGERPRINT}
    lastmodified: "2026-01-02T03:04:05Z"
    mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]
    version: 3.13.3
`;

async function foreign(answer: { code: number; stdout: string } | null, ran: Command[] = []) {
  const system = await machine();
  put(system, FILE, bytes(FOREIGN));
  const processes: System["processes"] = {
    ...system.processes,
    which: (program) => program === "sops" && answer !== null ? "/bin/sops" : null,
    run: (command) => {
      ran.push(command);
      const { code, stdout } = answer!;
      const stderr = bytes("hunter2 is what it says");
      return Promise.resolve({ code, stdout: bytes(stdout), stderr, timedOut: false });
    },
  };
  return { ...system, processes };
}

const { signal } = new AbortController();

Deno.test("sops decrypts what has keys of other kinds", async () => {
  const ran: Command[] = [];
  const system = await foreign({ code: 0, stdout: "a: hunter2\n" }, ran);
  assert.equal(text((await showSecrets(system, FILE, { way: "a", signal })).bytes), "hunter2");
  assert.deepEqual(ran.map(({ argv }) => argv), [
    ["/bin/sops", "decrypt", "--input-type", "yaml", "--output-type", "yaml", FILE],
  ]);
});

for (
  const [what, answer, says] of [
    ["there is no sops", null, /its other keys \(pgp\) need the program sops, which is not there/],
    ["sops fails", { code: 128, stdout: "" }, /sops can't decrypt it with its keys .*\(pgp\)/],
    ["sops says nonsense", { code: 0, stdout: "{hunter2" }, /line 1/],
  ] as const
) {
  Deno.test(`a file with keys of other kinds, and ${what}`, async () => {
    const shown = showSecrets(await foreign(answer), FILE, { signal });
    await assert.rejects(shown, (thrown: Error & { kind?: string }) => {
      assert.equal(thrown.kind, "config");
      assert.match(thrown.message, says);
      assert.doesNotMatch(thrown.message, /hunter2/);
      return true;
    });
  });
}

Deno.test("Ctrl-C while sops decrypts is no error of sops", async () => {
  const controller = new AbortController();
  const system = await foreign({ code: 1, stdout: "" });
  const { run } = system.processes;
  const processes: System["processes"] = {
    ...system.processes,
    run: (command) => {
      assert.equal(command.signal, controller.signal);
      controller.abort();
      return run(command);
    },
  };
  const shown = showSecrets({ ...system, processes }, FILE, { signal: controller.signal });
  await assert.rejects(shown, { kind: "interrupted" });
});

Deno.test("sops gets the variables that it may need, and no others", async () => {
  const ran: Command[] = [];
  const system = await foreign({ code: 0, stdout: "a: hunter2\n" }, ran);
  const known: Record<string, string> = { GNUPGHOME: "/gnupg", LD_PRELOAD: "/x", A: "b" };
  const host = { ...system.host, env: (name: string) => known[name] };
  await showSecrets({ ...system, host }, FILE, { signal });
  assert.deepEqual(ran.map(({ env }) => env), [{ GNUPGHOME: "/gnupg" }]);
});

Deno.test("who wants to change such a file is told that sops can", async () => {
  const system = await foreign(null);
  const setting = { named: FILE, way: "a", value: bytes("x"), type: "str" } as const;
  await assert.rejects(setSecret(system, setting), { hint: /keys of other kinds \(pgp\).*sops/ });
  assert.equal(text(system.fs.readFile(FILE)), FOREIGN);
  const rules = `creation_rules:\n  - pgp: ${FINGERPRINT}\n`;
  put(system, "/work/.sops.yaml", bytes(rules));
  await assert.rejects(
    setSecret(system, { ...setting, named: "/work/new.yaml" }),
    /only sops.*pgp/,
  );
});

Deno.test("keys of other kinds are listed", async () => {
  const { recipients } = await listRecipients(await foreign(null), FILE);
  assert.deepEqual(recipients, [{ group: 1, type: "pgp", name: FINGERPRINT, own: false }]);
});
