import assert from "node:assert/strict";
import { identityOfSsh } from "../../src/secrets/age.ts";
import {
  decryptFile,
  encryptAgain,
  encryptFor,
  encryptNew,
} from "../../src/secrets/secret_file.ts";
import { withValue } from "../../src/secrets/address.ts";
import { leaf } from "../../src/secrets/tree.ts";
import { SSH_KEY } from "./samples.ts";
import {
  bytes,
  format,
  identity,
  OTHER_RECIPIENT,
  OTHER_SECRET,
  RECIPIENT,
  sealerFor,
  text,
  TIME,
  values,
} from "./support.ts";

const PLAIN = "a: hunter2\nb: hunter2\nlist:\n  - one\n  - two\nopen_unencrypted: 5\n";
const tree = () => format("yaml").parse(bytes(PLAIN));
const sealed = async () => text(await encryptNew("yaml", tree(), sealerFor(RECIPIENT), TIME));

/** What is done to an encrypted file → what is said. */
const TAMPERED: Readonly<Record<string, readonly [(file: string) => string, RegExp]>> = {
  "a byte of a value": [
    (file) =>
      file.replace(
        /(a: ENC\[AES256_GCM,data:)(.)/,
        (_, head, one) => head + (one === "A" ? "B" : "A"),
      ),
    /^the value at a: it was changed/,
  ],
  "a proof that is cut short": [
    (file) =>
      file.replace(
        /^(a: .*,tag:)([^,]*)/m,
        (_, head, tag) => head + btoa(atob(tag).slice(0, 4)),
      ),
    /^the value at a: it was changed/,
  ],
  "two values exchanged": [
    (file) => {
      const [, a, b] = /^a: (.*)\nb: (.*)$/m.exec(file)!;
      return file.replace(a, "@").replace(b, a).replace("@", b);
    },
    /^the value at a: it was changed, or moved/,
  ],
  "a list in another order": [
    (file) => file.replace(/( {4}- ENC.*\n)( {4}- ENC.*\n)/, "$2$1"),
    /^its MAC does not fit/,
  ],
  "a value left out": [(file) => file.replace(/^b: .*\n/m, ""), /^its MAC does not fit/],
  "a value in clear instead": [
    (file) => file.replace(/^b: .*$/m, "b: hunter2"),
    /^the value at b: it is not encrypted$/,
  ],
  "a value in clear beside": [
    (file) => file.replace("open_unencrypted: 5", "open_unencrypted: 6"),
    /^its MAC does not fit/,
  ],
  "the time": [(file) => file.replace(TIME, "2027-01-02T03:04:05Z"), /^its MAC does not fit/],
  "the MAC of another": [
    (file) => file.replace(/mac: .*/, /^a: (.*)$/m.exec(file)![1].replace(/^/, "mac: ")),
    /^its MAC does not fit/,
  ],
  "no MAC": [(file) => file.replace(/ *mac: .*\n/, ""), /^its metadata of sops have no MAC/],
  "no keys": [
    (file) => file.replace(/ {4}age:\n( {8}.*\n)+/, ""),
    /^it is encrypted for nobody/,
  ],
  "another rule": [
    (file) => file.replace("unencrypted_suffix: _unencrypted", 'unencrypted_suffix: "b"'),
    /^the value at open_unencrypted: it is not encrypted$/,
  ],
  "two rules": [
    (file) => file.replace(/( *)(unencrypted_suffix: .*)/, "$1$2\n$1encrypted_suffix: x"),
    /^its metadata have both unencrypted_suffix and encrypted_suffix$/,
  ],
  "an unknown type": [
    (file) => file.replace(/^(a: .*)type:str/m, "$1type:rune"),
    /^the value at a: it is of the type "rune", which is unknown$/,
  ],
  "another type": [
    (file) => file.replace(/^(a: .*)type:str/m, "$1type:int"),
    /^the value at a: it is no value of the type "int"$/,
  ],
  "half of it": [(file) => file.slice(0, file.length / 2), /metadata|YAML|missing|not encrypted/],
  "the data key": [
    (file) =>
      file.replace(
        /(BEGIN AGE ENCRYPTED FILE-----\n {12}.{8})(.)/,
        (_, head, one) => head + (one === "x" ? "y" : "x"),
      ),
    /^none of your keys opens it/,
  ],
};

for (const [what, [tamper, says]] of Object.entries(TAMPERED)) {
  Deno.test(`a file is refused with ${what}`, async () => {
    const before = await sealed();
    const after = tamper(before);
    assert.notEqual(after, before);
    await assert.rejects(
      decryptFile(bytes(after), "yaml", [await identity()]),
      (thrown: Error) => {
        assert.match(thrown.message, says);
        assert.doesNotMatch(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown)), /hunter2/);
        return true;
      },
    );
  });
}

Deno.test("a file cut off at any place is refused", async () => {
  const whole = await sealed();
  const own = [await identity()];
  // What follows says what is taken without it, too.
  for (let end = 0; end < whole.indexOf("unencrypted_suffix:"); end += 7) {
    await assert.rejects(decryptFile(bytes(whole.slice(0, end)), "yaml", own), `${end}`);
  }
});

Deno.test("without a key, and with another one, it is said for whom a file is", async () => {
  const file = bytes(await sealed());
  await assert.rejects(
    decryptFile(file, "yaml", []),
    new RegExp(`no key to decrypt.*${RECIPIENT}`),
  );
  await assert.rejects(
    decryptFile(file, "yaml", [await identity(OTHER_SECRET)]),
    new RegExp(`none of your keys opens it.*${RECIPIENT}`),
  );
  const ssh = identityOfSsh(Deno.readTextFileSync(SSH_KEY));
  await assert.rejects(decryptFile(file, "yaml", [ssh]), /none of your keys opens it/);
});

Deno.test("a file that is no file of sops, is empty or too large is refused", async () => {
  const own = [await identity()];
  for (
    const [content, says] of [
      [bytes("a: hunter2\n"), /^it is not encrypted: it has no metadata of sops$/],
      [bytes(""), /^it is empty$/],
      [new Uint8Array((32 << 20) + 1), /^it has more than 32 MiB$/],
    ] as const
  ) {
    await assert.rejects(
      decryptFile(content, "yaml", own),
      (thrown: Error) => says.test(thrown.message),
    );
  }
});

Deno.test("who changes one value changes no other text", async () => {
  const before = await sealed();
  const file = await decryptFile(bytes(before), "yaml", [await identity()]);
  const changed = withValue(file.tree, ["list", "1"], leaf("str", "three"));
  const after = text(await encryptAgain(file, changed, "2026-02-02T00:00:00Z")).split("\n");
  const different = before.split("\n").flatMap((line, n) =>
    line === after[n] ? [] : [line.trim().slice(0, 6)]
  );
  assert.deepEqual(different, ["- ENC[", "lastmo", "mac: E"]);
});

Deno.test("who is removed opens nothing that is written later; who is added opens it", async () => {
  const file = await decryptFile(bytes(await sealed()), "yaml", [await identity()]);
  const audience = { groups: [[OTHER_RECIPIENT]], threshold: 1 };
  const [kept, renewed] = await Promise.all(
    [false, true].map((renew) => encryptFor(file, audience, { renew, time: TIME })),
  );
  for (const one of [kept, renewed]) {
    const { tree: again } = await decryptFile(one, "yaml", [await identity(OTHER_SECRET)]);
    assert.deepEqual(values(again), values(tree()));
    await assert.rejects(decryptFile(one, "yaml", [await identity()]));
  }
  const key = async (file: Uint8Array) =>
    (await decryptFile(file, "yaml", [await identity(OTHER_SECRET)])).cipher.key;
  assert.deepEqual(await key(kept), file.cipher.key);
  assert.notDeepEqual(await key(renewed), file.cipher.key);
});

Deno.test("a large file of bytes is written and read again", async () => {
  const large = new Uint8Array(12 << 20).map((_, n) => n * 7 >> 3);
  const plain = format("binary").parse(large);
  const sealed = await encryptNew("binary", plain, sealerFor(RECIPIENT), TIME);
  const { tree } = await decryptFile(sealed, "binary", [await identity()]);
  assert.ok(format("binary").emit(tree).every((byte, n) => byte === large[n]));
});
