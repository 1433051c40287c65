import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { toHex } from "../../src/digest.ts";
import type { SysError } from "../../src/errors.ts";
import { BUFFER_SIZE } from "../../src/store/buffer.ts";
import { dumpNar, hashContent, hashTree } from "../../src/store/nar.ts";
import { realSystem } from "../../src/system/real.ts";
import { nixDump, nixMissing } from "./nix.ts";
import { anyTree, grow, inTemp, type Tree } from "./trees.ts";

const { fs, processes } = realSystem();
const noNix = nixMissing(processes);
const why = noNix ? " (skipped: no nix-store here)" : "";

function dumped(path: string): Buffer {
  const pieces: Uint8Array[] = [];
  dumpNar(fs, path, (bytes) => pieces.push(Uint8Array.from(bytes)));
  return Buffer.concat(pieces);
}

/** SHA-256 of what `nix-store --dump` writes. */
const GOLDEN: [what: string, tree: Tree, digest: string][] = [
  [
    "an empty file",
    { file: "" },
    "77ac62e2629d8e45f624589c0c8bf99e24b3a722349bf1e79bc186008534e246",
  ],
  [
    "a file",
    { file: "hello\n" },
    "1c37d01af40be2e80691de3cc3df44377a699afbb17c68f080964b2fd071fc13",
  ],
  [
    "an executable",
    { file: "hello\n", mode: 0o755 },
    "65436039d3f93ca19a8dbf1c60b15739ed58f53f14b8d372acc1b351533010fa",
  ],
  [
    "a link",
    { link: "../else" },
    "5921d24ad15e529fa5d8a910d7e60ef5174b33e04bfcf21cb4488b38934bae36",
  ],
  [
    "an empty folder",
    { dir: {} },
    "a50a5ab6d992f5598edd92105059fae9acfc192981e08bd88534c2167e92526a",
  ],
  [
    "a folder",
    {
      dir: {
        c: { dir: { Z: { file: "hello\n", mode: 0o755 } } },
        b: { file: "a" },
        a: { link: "b" },
      },
    },
    "7d978bbc937e344c78316c56d691f3bb96fbf132a3090fc8280e57278f1e093a",
  ],
];

for (const [what, tree, digest] of GOLDEN) {
  Deno.test(`the NAR hash of ${what} is the known one`, () =>
    inTemp(fs, (folder) => {
      grow(fs, `${folder}/it`, tree);
      assert.equal(toHex(hashTree(fs, `${folder}/it`)), digest);
      if ("file" in tree) {
        const content = Buffer.from(tree.file);
        assert.equal(toHex(hashContent(content, tree.mode === 0o755)), digest);
      }
    }));
}

Deno.test("entries are sorted by the bytes of their names", () =>
  inTemp(fs, (folder) => {
    // In UTF-16 the last comes before U+FF5E; by bytes it comes after.
    const names = ["a.b", "a", "B", "a b", "\uff5e", "\u{1d11e}"];
    grow(fs, `${folder}/it`, { dir: Object.fromEntries(names.map((n) => [n, { file: n }])) });
    const text = dumped(`${folder}/it`).toString();
    const order = [...text.matchAll(/name\0{4}.\0{7}([^\0]+)/gs)].map((match) => match[1]);
    assert.deepEqual(order, ["B", "a", "a b", "a.b", "\uff5e", "\u{1d11e}"]);
  }));

Deno.test(
  `any tree is archived as nix-store --dump does${why}`,
  { ignore: noNix },
  () =>
    inTemp(fs, async (folder) => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anyTree, async (tree) => {
          const path = `${folder}/${count++}`;
          grow(fs, path, tree);
          assert.ok(dumped(path).equals(await nixDump(processes, folder, path)));
        }),
        { numRuns: 60 },
      );
    }),
);

for (const size of [BUFFER_SIZE - 200, BUFFER_SIZE - 96, BUFFER_SIZE, BUFFER_SIZE + 1, 5_000_003]) {
  Deno.test(`a file of ${size} bytes is archived as nix-store --dump does${why}`, {
    ignore: noNix,
  }, () =>
    inTemp(fs, async (folder) => {
      const content = Buffer.alloc(size, "sixteen letters.");
      grow(fs, `${folder}/it`, { dir: { big: { file: content }, small: { file: "s" } } });
      const theirs = await nixDump(processes, folder, `${folder}/it`);
      assert.ok(dumped(`${folder}/it`).equals(theirs));
      const alone = createHash("sha256").update(dumped(`${folder}/it/big`)).digest();
      assert.deepEqual(Buffer.from(hashContent(content, false)), alone);
    }));
}

Deno.test("a socket is an error that names it", () =>
  inTemp(fs, (folder) => {
    grow(fs, `${folder}/it`, { dir: {} });
    const listener = Deno.listen({ transport: "unix", path: `${folder}/it/door` });
    try {
      assert.throws(() => hashTree(fs, `${folder}/it`), (thrown: SysError) => {
        assert.equal(thrown.kind, "store");
        assert.match(thrown.message, /it\/door: it is a socket/);
        return true;
      });
    } finally {
      listener.close();
    }
  }));

Deno.test("nothing at the path is an error", () => {
  assert.throws(() => hashTree(fs, "/nowhere/at/all"), /Cannot archive .*: nothing is there/);
});

Deno.test("a file that gets shorter while it is read is an error", () =>
  inTemp(fs, (folder) => {
    grow(fs, `${folder}/it`, { file: "long enough" });
    const shrinking = Object.create(fs);
    shrinking.lstat = (path: string) => ({ ...fs.lstat(path)!, size: 99 });
    assert.throws(() => hashTree(shrinking, `${folder}/it`), /it got shorter/);
  }));
