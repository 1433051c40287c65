import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { removeObject } from "../../src/store/gc.ts";
import { mendObject } from "../../src/store/mend.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { optimise } from "../../src/store/optimise.ts";
import { openStore } from "../../src/store/store.ts";
import { type Problem, verifyObjects } from "../../src/store/verify.ts";
import { realSystem } from "../../src/system/real.ts";
import { fell, grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;

interface World {
  readonly store: ReturnType<typeof openStore>;
  readonly root: string;
  /** A file, a folder that refers to it and to itself, a folder that refers to that. */
  readonly file: ObjectName;
  readonly folder: ObjectName;
  readonly user: ObjectName;
}

function build(store: World["store"], name: string, candidates: ObjectName[], tree: Tree) {
  const scratch = store.scratchPath(DRV, "out", name, null);
  grow(fs, scratch, tree);
  return store.register({ scratch, name, version: null, candidates });
}

function inWorld(test: (world: World) => void | Promise<void>) {
  return () =>
    inTemp(fs, async (temp) => {
      const root = `${temp}/root`;
      const store = openStore(system, root);
      const file = store.addFile("file", Buffer.from("content"), false);
      const scratch = store.scratchPath(DRV, "out", "folder", null);
      const folder = build(store, "folder", [file], {
        dir: {
          bin: { dir: { run: { file: `${scratch}/bin/run ${store.pathOf(file)}`, mode: 0o755 } } },
          doc: { file: "text" },
          link: { link: `${scratch}/doc` },
        },
      });
      const user = build(store, "user", [folder], { dir: { link: { link: `../${folder}` } } });
      await test({ store, root, file, folder, user });
    });
}

const verify = (world: World, objects?: ObjectName[]) =>
  verifyObjects(system, world.root, { objects });

Deno.test(
  "a store that nobody touched has no problems; each object is told of",
  inWorld(async (world) => {
    const told: string[] = [];
    const problems = await verifyObjects(system, world.root, {
      onProgress: ({ done, total, object }) => told.push(`${done}/${total} ${object}`),
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(told, [`0/3 ${world.file}`, `1/3 ${world.folder}`, `2/3 ${world.user}`]);
  }),
);

/** Replaces a file of a folder object. */
function replace(path: string, content: string, mode = 0o444, mtime = 1) {
  const parent = path.slice(0, path.lastIndexOf("/"));
  const before = fs.lstat(parent)!;
  fs.chmod(parent, 0o755);
  // Beside it first: its inode must be another one.
  grow(fs, `${path}.new`, { file: content, mode });
  fs.utime(`${path}.new`, mtime);
  fs.rename(`${path}.new`, path);
  fs.chmod(parent, before.mode);
  fs.utime(parent, before.mtime);
}

const DAMAGE: [string, (world: World) => void, Problem["kind"], RegExp][] = [
  [
    "a byte of a file, its time and size set back",
    ({ store, file }) => {
      replace(store.pathOf(file), "Content");
    },
    "content",
    /^its content was changed \(itself changed\)$/,
  ],
  [
    "a byte of a file in a folder",
    ({ store, folder }) => replace(`${store.pathOf(folder)}/doc`, "Text", 0o444, 99),
    "content",
    /^its content was changed \(doc changed\)$/,
  ],
  [
    "a longer file",
    ({ store, folder }) => replace(`${store.pathOf(folder)}/doc`, "longer text"),
    "content",
    /^its content was changed \(doc changed\)$/,
  ],
  [
    "an execute bit",
    ({ store, folder }) => fs.chmod(`${store.pathOf(folder)}/doc`, 0o555),
    "content",
    /\(doc changed\)$/,
  ],
  [
    "a missing file",
    ({ store, folder }) => {
      fs.chmod(store.pathOf(folder), 0o755);
      fs.remove(`${store.pathOf(folder)}/doc`);
    },
    "content",
    /\(itself changed, doc missing\)/,
  ],
  [
    "a new file",
    ({ store, folder }) => {
      fs.chmod(store.pathOf(folder), 0o755);
      grow(fs, `${store.pathOf(folder)}/new`, { file: "" });
    },
    "content",
    /\(itself changed, new new\)/,
  ],
  [
    "zeroes in place of its own hash",
    ({ store, folder }) => {
      const path = `${store.pathOf(folder)}/bin/run`;
      const text = Buffer.from(fs.readFile(path)).toString();
      replace(path, text.replaceAll(folder.slice(-32), "0".repeat(32)), 0o555);
    },
    "content",
    /it names itself 1 times, not 2/,
  ],
  [
    "another target of a link",
    ({ store, folder }) => {
      fs.chmod(store.pathOf(folder), 0o755);
      fs.remove(`${store.pathOf(folder)}/link`);
      fs.symlink("elsewhere", `${store.pathOf(folder)}/link`);
    },
    "content",
    /its content was changed/,
  ],
  [
    "a writable file",
    ({ store, folder }) => fs.chmod(`${store.pathOf(folder)}/doc`, 0o644),
    "form",
    /^its times, permissions or inodes were changed \(doc changed\)$/,
  ],
  [
    "a touched folder",
    ({ store, folder }) => fs.utime(`${store.pathOf(folder)}/bin`, 1000),
    "form",
    /\(bin changed\)$/,
  ],
  [
    "a missing record",
    ({ store, folder }) => fs.remove(`${store.dir}/refs/${folder}`),
    "record",
    /^its record is missing or damaged$/,
  ],
  [
    "a file with another inode, and all else as it was",
    ({ store, folder }) => replace(`${store.pathOf(folder)}/doc`, "text"),
    "form",
    /^its times, permissions or inodes were changed \(doc changed\)$/,
  ],
  [
    "a record that can't be read",
    ({ store, folder }) => {
      fs.remove(`${store.dir}/refs/${folder}`);
      grow(fs, `${store.dir}/refs/${folder}`, { file: "{" });
    },
    "record",
    /^its record is missing or damaged$/,
  ],
];
for (const [what, damage, kind, text] of DAMAGE) {
  Deno.test(
    `verify finds ${what}`,
    inWorld(async (world) => {
      damage(world);
      const problems = await verify(world);
      assert.equal(problems.length, 1);
      assert.equal(problems[0].kind, kind);
      assert.match(problems[0].problem, text);
      assert.equal(problems[0].object, what.includes("set back") ? world.file : world.folder);
      assert.equal(problems[0].lost, kind === "content" ? problems[0].object : null);

      const references = [world.file];
      const mended = mendObject(fs, world.root, problems[0]);
      assert.equal(mended, kind === "form" || kind === "record");
      if (!mended) {
        const { object } = problems[0];
        removeObject(fs, world.root, object);
        assert.equal(world.store.has(object), false);
        return;
      }
      assert.deepEqual(await verify(world), []);
      assert.deepEqual(world.store.references(world.folder), references);
    }),
  );
}

Deno.test(
  "what is missing is named, with who needs it",
  inWorld(async (world) => {
    removeObject(fs, world.root, world.file);
    const problems = await verify(world);
    assert.deepEqual(problems, [{
      object: world.folder,
      kind: "missing",
      problem: `it refers to ${world.file}, which is not there`,
      lost: world.file,
    }]);
    const [problem] = await verify(world, [world.file]);
    assert.deepEqual([problem.kind, problem.lost], ["missing", world.file]);
  }),
);

Deno.test(
  "optimise makes equal files one, and changes nothing else",
  inWorld(async (world) => {
    const { store, root } = world;
    const big = "x".repeat(5000);
    const tree = (name: string): Tree => ({
      dir: {
        name: { file: name },
        a: { file: big },
        b: { file: big },
        run: { file: big, mode: 0o755 },
        empty: { file: "" },
      },
    });
    const one = build(store, "one", [], tree("one"));
    const two = build(store, "two", [], tree("two"));
    const alone = store.addFile("alone", Buffer.from(big), false);
    assert.deepEqual(optimise(fs, root), { files: 5, bytes: 25_000 });
    const inode = (path: string) => fs.lstat(path)?.ino;
    const plain = [`${store.pathOf(one)}/a`, `${store.pathOf(one)}/b`, `${store.pathOf(two)}/a`];
    for (const path of [...plain, `${store.pathOf(two)}/b`]) {
      assert.equal(inode(path), inode(store.pathOf(alone)));
    }
    assert.equal(inode(`${store.pathOf(one)}/run`), inode(`${store.pathOf(two)}/run`));
    assert.notEqual(inode(`${store.pathOf(one)}/run`), inode(plain[0]));
    assert.deepEqual(await verify(world), []);
    assert.deepEqual(optimise(fs, root), { files: 0, bytes: 0 });
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
    fs.chmod(`${store.dir}/obj`, 0o755);
    fell(fs, store.pathOf(one));
    assert.ok(store.intact(two));
  }),
);
