import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { dumpNar } from "../../src/store/nar.ts";
import { restoreNar } from "../../src/store/restore_nar.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { RelocatedTree } from "../../src/store/relocated_tree.ts";
import { CANONICAL_ROOT, Relocation } from "../../src/store/relocation.ts";
import { openStore } from "../../src/store/store.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { realSystem } from "../../src/system/real.ts";
import { WORLDS } from "../support/worlds/world.ts";
import { nixDump, nixMissing, nixRestore } from "./nix.ts";
import { anyTree, fell, grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs, processes } = system;
const noNix = nixMissing(processes);
const why = noNix ? " (skipped: no nix-store here)" : "";

function dumped(path: string): Buffer {
  const pieces: Uint8Array[] = [];
  dumpNar(fs, path, (bytes) => pieces.push(Uint8Array.from(bytes)));
  return Buffer.concat(pieces);
}

/** The archive of an object in canonical form. */
function canonical(store: ReturnType<typeof openStore>, object: ObjectName): Buffer {
  const relocation = new Relocation(store.dir.slice(0, -"/store".length), CANONICAL_ROOT);
  const tree = new RelocatedTree(fs, relocation, [], () => {});
  const pieces: Uint8Array[] = [];
  dumpNar(tree, store.pathOf(object), (bytes) => pieces.push(Uint8Array.from(bytes)));
  return Buffer.concat(pieces);
}

/** The bytes in pieces of a size. */
function* cut(bytes: Uint8Array, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

Deno.test("any archive is restored to the tree that it was made from, however it is cut", () =>
  inTemp(fs, async (folder) => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyTree, fc.integer({ min: 1, max: 300 }), async (tree, size) => {
        const [from, to] = [`${folder}/${count}-from`, `${folder}/${count++}-to`];
        grow(fs, from, tree);
        const archive = dumped(from);
        const restored = await restoreNar(fs, to, cut(archive, size));
        assert.ok(dumped(to).equals(archive));
        assert.equal(restored.size, archive.length);
        assert.deepEqual(
          Buffer.from(restored.digest),
          createHash("sha256").update(archive).digest(),
        );
      }),
      { numRuns: 100 },
    );
  }));

Deno.test(
  `nix-store and sys restore each other's archives${why}`,
  { ignore: noNix },
  () =>
    inTemp(fs, async (folder) => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anyTree, async (tree) => {
          const [from, ours, theirs] = ["from", "ours", "theirs"].map((n) =>
            `${folder}/${count}${n}`
          );
          count++;
          grow(fs, from, tree);
          await restoreNar(fs, ours, [await nixDump(processes, folder, from)]);
          await nixRestore(processes, folder, theirs, dumped(from));
          assert.ok(dumped(ours).equals(dumped(theirs)));
        }),
        { numRuns: 15 },
      );
    }),
);

/** Tokens: texts as NAR writes them, bytes as they are. */
function nar(...tokens: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(tokens.map((token) => {
    if (typeof token !== "string") return token;
    const bytes = Buffer.from(token);
    const length = Buffer.alloc(8);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes, Buffer.alloc((8 - bytes.length % 8) % 8)]);
  }));
}
const MAGIC = "nix-archive-1";
const FILE = ["(", "type", "regular", "contents", "x", ")"];
const entry = (name: string, node = FILE) => ["entry", "(", "name", name, "node", ...node, ")"];
const dir = (...entries: string[][]) =>
  nar(MAGIC, "(", "type", "directory", ...entries.flat(), ")");
const link = (to: string) => ["(", "type", "symlink", "target", to, ")"];
const bytes = (...values: number[]) => Uint8Array.from(values);

const HOSTILE: [what: string, archive: Buffer, message: RegExp][] = [
  ["nothing", Buffer.alloc(0), /ends too early/],
  ["another format", nar("nix-archive-2"), /"nix-archive-2" where nix-archive-1/],
  ["a name with a slash", dir(entry("a/b")), /"a\/b" is no name/],
  ["an absolute name", dir(entry("/etc/passwd")), /is no name/],
  ["the parent", dir(entry("..")), /"\.\." is no name/],
  ["itself", dir(entry(".")), /"\." is no name/],
  ["an empty name", dir(entry("")), /"" is no name/],
  ["a name with a zero", dir(entry("a\0b")), /is no name/],
  ["a long name", dir(entry("a".repeat(256))), /too long/],
  ["a name twice", dir(entry("a"), entry("a")), /"a" comes twice or out of order/],
  ["names out of order", dir(entry("b"), entry("a")), /"a" comes twice or out of order/],
  [
    "a link, then a folder of that name",
    dir(entry("a", link("/tmp")), entry("a", ["(", "type", "directory", ...entry("b"), ")"])),
    /"a" comes twice/,
  ],
  ["an empty link", dir(entry("a", link(""))), /leads nowhere/],
  ["a link with a zero", dir(entry("a", link("a\0b"))), /leads nowhere/],
  ["another type", nar(MAGIC, "(", "type", "fifo", ")"), /"fifo" where regular/],
  ["a byte too many", Buffer.concat([dir(), bytes(0)]), /more follows its end/],
  ["two archives", Buffer.concat([dir(), dir()]), /more follows its end/],
  [
    "an absurd length",
    nar(MAGIC, "(", "type", "regular", "contents", bytes(0, 0, 0, 0, 255, 255, 255, 255)),
    /is too much/,
  ],
  [
    "a word that is absurdly long",
    nar(MAGIC, bytes(0, 0, 0, 64, 0, 0, 0, 0)),
    /a text of 1073741824 bytes is too long/,
  ],
  [
    "padding that is no zeroes",
    nar(MAGIC, bytes(1, 0, 0, 0, 0, 0, 0, 0, 40, 1, 0, 0, 0, 0, 0, 0)),
    /padding is wrong/,
  ],
  [
    "padding of a file that is no zeroes",
    nar(MAGIC, ...FILE.slice(0, 4), bytes(1, 0, 0, 0, 0, 0, 0, 0, 120, 1, 0, 0, 0, 0, 0, 0), ")"),
    /padding is wrong/,
  ],
  [
    "a name that is not UTF-8",
    nar(
      MAGIC,
      "(",
      "type",
      "directory",
      "entry",
      "(",
      "name",
      bytes(1, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0),
    ),
    /not UTF-8/,
  ],
  [
    "folders without end",
    nar(
      MAGIC,
      ...Array.from({ length: 1100 }, () => ["(", "type", "directory", ...entry("d", [])])
        .flatMap((words) => words.slice(0, -1)),
    ),
    /more than 1000 deep|too long/,
  ],
];
for (const [what, archive, message] of HOSTILE) {
  Deno.test(`an archive with ${what} is refused, and nothing is left`, () =>
    inTemp(fs, async (folder) => {
      await assert.rejects(restoreNar(fs, `${folder}/to`, cut(archive, 1000)), (thrown: Error) => {
        assert.match(thrown.message, message);
        return true;
      });
      assert.deepEqual(fs.readDir(folder), []);
    }));
}

Deno.test("an archive that ends anywhere too early is refused, and nothing is left", () =>
  inTemp(fs, async (folder) => {
    const archive = dir(
      entry("a"),
      entry("b", link("x")),
      entry("c", ["(", "type", "directory", ")"]),
    );
    await restoreNar(fs, `${folder}/to`, [archive]);
    fell(fs, `${folder}/to`);
    for (let length = 0; length < archive.length; length += 4) {
      const part = archive.subarray(0, length);
      await assert.rejects(restoreNar(fs, `${folder}/to`, [part]), /it ends too early/);
      assert.deepEqual(fs.readDir(folder), []);
    }
  }));

Deno.test("an archive longer than it may be is refused, and its source is told", () =>
  inTemp(fs, async (folder) => {
    let told = false;
    function* endless() {
      try {
        yield nar(MAGIC, ...FILE.slice(0, 4), bytes(0, 0, 0, 0, 1, 0, 0, 0));
        while (true) yield Buffer.alloc(1000);
      } finally {
        told = true;
      }
    }
    const options = { maxBytes: 2 ** 33 };
    await assert.rejects(
      restoreNar(fs, `${folder}/to`, endless(), { maxBytes: 20_000 }),
      /is too much/,
    );
    assert.ok(told);
    await assert.rejects(
      restoreNar(fs, `${folder}/to`, [nar(MAGIC, ...FILE.slice(0, 4)), Buffer.alloc(9)], options),
      /"" where \)|ends too early/,
    );
    assert.deepEqual(fs.readDir(folder), []);
  }));

Deno.test("nothing that exists is unpacked over", () =>
  inTemp(fs, async (folder) => {
    grow(fs, `${folder}/to`, { file: "mine" });
    await assert.rejects(restoreNar(fs, `${folder}/to`, [dir()]), /something is there/);
    assert.equal(fs.lstat(`${folder}/to`)?.size, 4);
  }));

Deno.test("an object goes to another store through an archive, and keeps its name", () =>
  inTemp(fs, async (folder) => {
    const DRV = "d".repeat(64) as DerivationHash;
    const from = openStore(system, `${folder}/from`);
    const file = from.addFile("file", Buffer.from("file"), false);
    const scratch = from.scratchPath(DRV, "out", "it", "1");
    const text = `${scratch} ${from.pathOf(file)}`;
    grow(fs, scratch, { dir: { run: { file: text, mode: 0o755 } } });
    const object = from.register({ scratch, name: "it", version: "1", candidates: [file] });

    const to = openStore(system, `${folder}/to`);
    for (let round = 0; round < 2; round++) {
      const tree = to.sparePath();
      await restoreNar(fs, tree, [canonical(from, object)]);
      to.importTree(object, tree, { kind: "movable", references: from.references(object) });
      assert.deepEqual(fs.readDir(`${to.dir}/tmp`), []);
    }
    assert.ok(to.intact(object));
    assert.deepEqual(to.references(object), [file]);
    assert.ok(canonical(to, object).equals(canonical(from, object)));
    const program = new TextDecoder().decode(fs.readFile(`${to.pathOf(object)}/run`));
    assert.equal(program, `${to.pathOf(object)} ${to.pathOf(file)}`);

    const tree = to.sparePath();
    grow(fs, tree, { dir: { run: { file: "something else" } } });
    const other = `other-${object.slice(-32)}` as typeof object;
    assert.throws(() => to.importTree(other, tree, { kind: "free", references: [] }), {
      kind: "store",
      message: `Cannot accept ${other}: its content is not what the name says`,
    });
    assert.equal(to.has(other), false);
  }));

for (const { name, home, has, system } of WORLDS) {
  Deno.test(`${name}: names in an archive that differ by case are ${has.twoCases ? "two" : "refused"}`, async () => {
    const linux = memorySystem().fs;
    grow(linux, "/tree", { dir: { in: { dir: { A: { file: "1" }, a: { file: "2" } } } } });
    const chunks: Uint8Array[] = [];
    dumpNar(linux, "/tree", (bytes) => chunks.push(bytes.slice()));
    const { fs } = system();
    const restored = restoreNar(fs, `${home}/tree`, chunks);
    if (has.twoCases) return void await restored;
    await assert.rejects(restored, /"A" and "a" are one name here/);
    assert.equal(fs.lstat(`${home}/tree`), null);
  });
}
