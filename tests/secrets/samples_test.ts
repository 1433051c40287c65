import assert from "node:assert/strict";
import { type Identity, identityOfSsh } from "../../src/secrets/age.ts";
import { decryptFile, encryptAgain } from "../../src/secrets/secret_file.ts";
import { ALL, SAMPLES, SSH_KEY } from "./samples.ts";
import { bytes, format, identity, OTHER_SECRET, shown, text } from "./support.ts";

const sample = (name: string) => Deno.readFileSync(`${SAMPLES}/${name}`);
const ssh = () => identityOfSsh(Deno.readTextFileSync(SSH_KEY));

for (const { name, kind, plain } of ALL) {
  Deno.test(`what sops made is read, and written again as it was: ${name}`, async () => {
    const file = await decryptFile(sample(name), kind, [await identity()]);
    assert.deepEqual(shown(file.tree), shown(format(kind).parse(bytes(plain))));
    const again = await encryptAgain(file, file.tree, file.metadata.lastModified);
    const sealed = (content: Uint8Array) => format(kind).split(format(kind).parseSealed(content));
    const [ours, theirs] = [sealed(again), sealed(sample(name))];
    assert.deepEqual(shown(ours.tree), shown(theirs.tree));
    assert.deepEqual({ ...ours.metadata }, { ...theirs.metadata });
    // What is quoted may differ, and of a file of bytes sops leaves out what it does not need.
    if (/^values\.(yaml|json|env|ini)$/.test(name)) assert.equal(text(again), text(sample(name)));
  });
}

Deno.test("what sops made for an SSH key is read with it", async () => {
  const { tree } = await decryptFile(sample("ssh.yaml"), "yaml", [ssh()]);
  assert.deepEqual(shown(tree), { map: [["a", "str for the SSH key"]] });
});

Deno.test("any two of three key groups open a file of sops", async () => {
  const [one, two, three] = [await identity(), await identity(OTHER_SECRET), ssh()];
  const open = (...keys: Identity[]) => decryptFile(sample("groups.yaml"), "yaml", keys);
  for (const keys of [[one, two], [one, three], [two, three], [one, two, three]]) {
    assert.deepEqual(shown((await open(...keys)).tree), { map: [["a", "str for two of three"]] });
  }
  for (const keys of [[one], [two], [three]]) {
    await assert.rejects(open(...keys), /2 of its 3 key groups are needed, and your keys open 1/);
  }
  const dotenv = await decryptFile(sample("groups.env"), "dotenv", [one, three]);
  assert.deepEqual(shown(dotenv.tree), { map: [["A", "str for two of three"]] });
});

Deno.test("any of several recipients opens a file", async () => {
  for (const secret of [undefined, OTHER_SECRET]) {
    const { tree } = await decryptFile(sample("two.yaml"), "yaml", [await identity(secret)]);
    assert.deepEqual(shown(tree), { map: [["a", "str b"]] });
  }
});
