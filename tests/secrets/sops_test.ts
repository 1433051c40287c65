/** Beside the real sops, both ways. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Kind } from "../../src/secrets/formats/kinds.ts";
import {
  decryptFile,
  encryptAgain,
  encryptFor,
  encryptNew,
} from "../../src/secrets/secret_file.ts";
import { type Branch, branch, entry, leaf } from "../../src/secrets/tree.ts";
import { identityOfSsh } from "../../src/secrets/age.ts";
import { withTemporary } from "../support/temporary.ts";
import { SSH_KEY } from "./samples.ts";
import {
  bytes,
  format,
  hasSops,
  identity,
  KINDS,
  OTHER_RECIPIENT,
  OTHER_SECRET,
  RECIPIENT,
  sealerFor,
  SECRET,
  shown,
  sops,
  TIME,
  values,
} from "./support.ts";
import { COMMENTED, TREES } from "./trees.ts";

const RUNS = 25;

function beside(name: string, body: (dir: string) => Promise<void>): void {
  Deno.test({
    name: `sops: ${name}${hasSops ? "" : " (only with SYSLUA_TEST_SOPS)"}`,
    ignore: !hasSops,
    fn: () => withTemporary(body),
  });
}

/** What sops makes of an encrypted file. @param as YAML sops writes some texts in a way that nobody can read */
async function decrypted(
  dir: string,
  kind: Kind,
  sealed: Uint8Array,
  { env, as = kind === "yaml" ? "json" : kind }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly as?: Kind;
  } = {},
) {
  Deno.writeFileSync(`${dir}/sealed`, sealed);
  const args = ["decrypt", "--input-type", kind, "--output-type", as, "sealed"];
  const { code, stdout, stderr } = await sops(dir, args, env);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /unencrypted comment/);
  return format(as).parse(stdout);
}

/** In INI what stands in a part without entries is not written. */
function held(kind: Kind, tree: Branch): unknown {
  const { parse, emit } = format(kind);
  return values(parse(emit(tree)));
}

for (const kind of KINDS) {
  beside(`it reads what sys writes: ${kind}`, async (dir) => {
    await fc.assert(
      fc.asyncProperty(TREES[kind], async (tree) => {
        const sealed = await encryptNew(kind, tree, sealerFor(RECIPIENT), TIME);
        assert.deepEqual(values(await decrypted(dir, kind, sealed)), held(kind, tree));
      }),
      { numRuns: RUNS },
    );
  });

  beside(`sys reads what it writes, and keeps its texts: ${kind}`, async (dir) => {
    const own = await identity();
    await fc.assert(
      fc.asyncProperty(TREES[kind], async (tree) => {
        Deno.writeFileSync(`${dir}/plain`, format(kind).emit(tree));
        const args = ["encrypt", "--age", RECIPIENT, "--input-type", kind, "--output-type", kind];
        const { code, stdout, stderr } = await sops(dir, [...args, "plain"]);
        assert.equal(code, 0, stderr);
        const file = await decryptFile(stdout, kind, [own]);
        assert.deepEqual(values(file.tree), held(kind, tree));
        const again = await encryptAgain(file, file.tree, file.metadata.lastModified);
        const { split, parseSealed } = format(kind);
        assert.deepEqual(
          shown(split(parseSealed(again)).tree),
          shown(split(parseSealed(stdout)).tree),
        );
      }),
      { numRuns: RUNS },
    );
  });
}

beside("it reads what sys writes for an SSH key", async (dir) => {
  const own = identityOfSsh(Deno.readTextFileSync(SSH_KEY));
  const tree = branch([entry("a", leaf("str", "b"))]);
  const sealed = await encryptNew("yaml", tree, sealerFor(own.recipient), TIME);
  const env = { SOPS_AGE_SSH_PRIVATE_KEY_FILE: SSH_KEY };
  assert.deepEqual(values(await decrypted(dir, "yaml", sealed, { env })), [["a", "str b"]]);
});

beside("it reads what sys writes for a key that withstands quantum computers", async (dir) => {
  const { generateHybridIdentity, identityToRecipient } = await import("age-encryption");
  const secret = await generateHybridIdentity();
  const tree = branch([entry("a", leaf("str", "b"))]);
  const sealer = sealerFor(await identityToRecipient(secret));
  const sealed = await encryptNew("yaml", tree, sealer, TIME);
  const env = { SOPS_AGE_KEY: secret };
  assert.deepEqual(values(await decrypted(dir, "yaml", sealed, { env })), [["a", "str b"]]);
});

beside("it reads what sys writes for key groups, and for others afterwards", async (dir) => {
  const tree = branch([entry("a", leaf("str", "b"))]);
  const sealer = {
    ...sealerFor(RECIPIENT),
    groups: [[RECIPIENT], [OTHER_RECIPIENT]],
    threshold: 2,
  };
  const sealed = await encryptNew("yaml", tree, sealer, TIME);
  const both = { SOPS_AGE_KEY: `${SECRET}\n${OTHER_SECRET}` };
  assert.deepEqual(values(await decrypted(dir, "yaml", sealed, { env: both })), [["a", "str b"]]);
  const file = await decryptFile(sealed, "yaml", [await identity(), await identity(OTHER_SECRET)]);
  const audience = { groups: [[OTHER_RECIPIENT]], threshold: 1 };
  const rekeyed = await encryptFor(file, audience, { renew: true, time: TIME });
  const other = { SOPS_AGE_KEY: OTHER_SECRET };
  assert.deepEqual(values(await decrypted(dir, "yaml", rekeyed, { env: other })), [["a", "str b"]]);
});

beside("it reads what sys writes with each rule", async (dir) => {
  const source =
    "# open\na_x: 1\nb: 2.5\n# close\nc:\n    a_x: [true, null, 2001-01-01]\n    d: e\n";
  const tree = format("yaml").parse(bytes(source));
  const rules = [
    ["unencrypted_suffix", "_x"],
    ["encrypted_suffix", "_x"],
    ["unencrypted_regex", "^a"],
    ["encrypted_regex", "(?i)^A"],
    ["unencrypted_comment_regex", "^ open"],
    ["encrypted_comment_regex", "^ open"],
  ] as const;
  for (const [rule, pattern] of rules) {
    for (const macOnlyEncrypted of [false, true]) {
      const sealer = { ...sealerFor(RECIPIENT), selection: { rule, pattern }, macOnlyEncrypted };
      const sealed = await encryptNew("yaml", tree, sealer, TIME);
      const plain = await decrypted(dir, "yaml", sealed, { as: "yaml" });
      assert.deepEqual(values(plain), values(tree), rule);
    }
  }
});

beside("comments are bound to the same place", async (dir) => {
  await fc.assert(
    fc.asyncProperty(COMMENTED, async (tree) => {
      const sealed = await encryptNew("yaml", tree, sealerFor(RECIPIENT), TIME);
      const plain = await decrypted(dir, "yaml", sealed, { as: "yaml" });
      assert.deepEqual(shown(plain), shown(tree));
    }),
    { numRuns: RUNS },
  );
});
