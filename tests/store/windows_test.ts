/** The store on a file system that has no permissions but "read-only", and whose files cannot be linked. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { dirname } from "node:path/posix";
import fc from "fast-check";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { dumpNar } from "../../src/store/nar.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { readIdentity } from "../../src/store/record.ts";
import { restoreNar } from "../../src/store/restore_nar.ts";
import { openStore } from "../../src/store/store.ts";
import { withStoredModes } from "../../src/store/stored_modes.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { ReadFs } from "../../src/system/mod.ts";
import { refusedName } from "../../src/system/windows/names.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";
import { anyTree, grow, type Tree } from "./trees.ts";

const ROOT = "/c/Users/jo/syslua";
const USER = { uid: 1000, gid: 1000 };
const DERIVATION = "d".repeat(64) as DerivationHash;

/** A machine, and what each new process sees of it. */
function machine(world: World) {
  const { disk } = world.system();
  const process = () => withStoredModes(world.system({ disk, user: USER }), ROOT);
  const { fs } = world.system({ disk });
  makeFolders(fs, dirname(ROOT));
  fs.chown(dirname(ROOT), USER.uid, USER.gid);
  const store = () => openStore(process(), ROOT);
  store().prepare();
  return { process, store };
}

function narOf(fs: ReadFs, path: string): Buffer {
  const chunks: Buffer[] = [];
  dumpNar(fs, path, (bytes) => chunks.push(Buffer.from(bytes)));
  return Buffer.concat(chunks);
}

/** Names that Windows can have, in one case. */
function onWindows(tree: Tree): boolean {
  if ("link" in tree) return false;
  if ("file" in tree) return true;
  const names = Object.keys(tree.dir);
  if (names.some((name) => refusedName(name) !== null)) return false;
  const folded = new Set(names.map((name) => name.normalize("NFC").toLowerCase()));
  return folded.size === names.length && Object.values(tree.dir).every(onWindows);
}

const trees = anyTree.filter(onWindows);

/** Builds a tree, and gives the object's name. */
function build({ process }: ReturnType<typeof machine>, tree: Tree): ObjectName {
  const { fs, ...system } = process();
  const store = openStore({ fs, ...system }, ROOT);
  const scratch = store.scratchPath(DERIVATION, "out", "thing", null);
  grow(fs, scratch, tree);
  return store.register({ scratch, name: "thing", version: null, candidates: [] });
}

const [LINUX] = WORLDS;

for (const world of WORLDS.filter(({ os }) => os === "windows")) {
  const { name } = world;
  Deno.test(`${name}: what is built is the same object as on Linux, and stays unchanged`, () =>
    fc.assert(fc.asyncProperty(trees, async (tree) => {
      const windows = machine(world);
      const object = build(windows, tree);
      assert.equal(object, build(machine(LINUX), tree));
      assert.deepEqual(windows.store().changed([object]), []);
      assert.deepEqual(await verifyObjects(windows.process(), ROOT), []);
    })));

  Deno.test(`${name}: what a build made read-only gets the time that everything has`, () => {
    const windows = machine(world);
    const object = build(windows, {
      dir: { a: { file: "x", mode: 0o444 }, b: { file: "#!", mode: 0o555 } },
    });
    const { fs } = windows.process();
    const path = windows.store().pathOf(object);
    for (const [name, mode] of [["a", 0o444], ["b", 0o555]] as const) {
      const { mtime, mode: now } = fs.lstat(`${path}/${name}`)!;
      assert.deepEqual({ mtime, now }, { mtime: 1, now: mode });
    }
  });

  Deno.test(`${name}: what names itself, or has other names outside, is stored as on Linux`, () => {
    const store = (world: World) => {
      const { process } = machine(world);
      const { fs, ...system } = process();
      const store = openStore({ fs, ...system }, ROOT);
      const scratch = store.scratchPath(DERIVATION, "out", "thing", null);
      grow(fs, scratch, { dir: { self: { file: `#!${scratch}/bin\n`, mode: 0o755 } } });
      grow(fs, `${ROOT}-elsewhere`, { file: "shared", mode: 0o755 });
      fs.link(`${ROOT}-elsewhere`, `${scratch}/linked`);
      const object = store.register({ scratch, name: "thing", version: null, candidates: [] });
      assert.deepEqual(openStore(process(), ROOT).changed([object]), []);
      return object;
    };
    assert.equal(store(world), store(LINUX));
  });

  Deno.test(`${name}: what is copied into the store is the same object as on Linux`, () =>
    fc.assert(fc.property(trees, (tree) => {
      const copy = ({ process }: ReturnType<typeof machine>) => {
        const { fs, ...system } = process();
        grow(fs, `${ROOT}-source`, tree);
        return openStore({ fs, ...system }, ROOT).addTree("source", `${ROOT}-source`);
      };
      const windows = machine(world);
      const object = copy(windows);
      assert.equal(object, copy(machine(LINUX)));
      assert.deepEqual(windows.store().changed([object]), []);
    })));

  Deno.test(`${name}: an archive that goes in comes out again`, () =>
    fc.assert(fc.asyncProperty(trees, async (tree) => {
      const linux = machine(LINUX), windows = machine(world);
      const made = build(linux, tree);
      const archive = narOf(linux.process().fs, linux.store().pathOf(made));
      const { fs, ...system } = windows.process();
      const store = openStore({ fs, ...system }, ROOT);
      const spare = store.sparePath();
      await restoreNar(fs, spare, [archive]);
      store.importTree(made, spare, { kind: "free", references: [] });
      const later = windows.process();
      assert.deepEqual(narOf(later.fs, store.pathOf(made)), archive);
    })));

  for (const isPrivate of [false, true]) {
    for (const executable of [false, true]) {
      const what = `${executable ? "executable" : "plain"}${isPrivate ? ", private" : ""}`;
      Deno.test(`${name}: a file in the store is ${what} although the disk cannot say so`, async () => {
        const windows = machine(world);
        const content = Buffer.from("x");
        const object = windows.store().addFile("file", content, executable, isPrivate);
        const mode = (executable ? 0o555 : 0o444) & (isPrivate ? 0o700 : 0o777);
        const { fs } = windows.process();
        const path = windows.store().pathOf(object);
        assert.equal(fs.lstat(path)?.mode, mode);
        // What a power cut takes of the record is made again.
        fs.remove(`${ROOT}/store/refs/.files`);
        assert.equal(windows.process().fs.lstat(path)?.mode, mode);
        assert.ok(windows.store().intact(object));
        assert.deepEqual(
          (await verifyObjects(windows.process(), ROOT)).map(({ kind }) => kind),
          ["record"],
        );
      });
    }
  }

  Deno.test(`${name}: permissions in an object whose record is lost are those that its name tells`, () => {
    const windows = machine(world);
    const object = build(windows, {
      dir: {
        script: { file: "#!/bin/sh", mode: 0o755 },
        program: { file: "MZ\x90", mode: 0o755 },
        text: { file: "x" },
      },
    });
    const record = `${ROOT}/store/refs/${object}`;
    const { fs } = windows.process();
    assert.equal(fs.lstat(record)?.kind, "file");
    fs.remove(record);
    const path = windows.store().pathOf(object);
    const modes = ["script", "program", "text"].map((name) =>
      windows.process().fs.lstat(`${path}/${name}`)?.mode
    );
    assert.deepEqual(modes, [0o555, 0o555, 0o444]);
    assert.ok(windows.store().intact(object));
  });

  const SPELLINGS = ["/c", "C:/", "c:/", "C:\\", "C:\\\\"];
  for (const drive of SPELLINGS) {
    const slash = /[\\/]+$/.exec(drive)?.[0] ?? "/";
    const spelled = (path: string) =>
      drive + path.slice(drive === "/c" ? 2 : 3).replaceAll("/", slash);
    Deno.test(`${name}: an object that is named by ${spelled(ROOT)} is a reference, and a self one stays whole`, () => {
      const { process } = machine(world);
      const { fs, ...system } = process();
      const store = openStore({ fs, ...system }, ROOT);
      const other = store.addFile("other", Buffer.from("other"), false);
      const scratch = store.scratchPath(DERIVATION, "out", "thing", null);
      const text = `${spelled(store.pathOf(other))} ${spelled(scratch)}`;
      grow(fs, scratch, { dir: { file: { file: text } } });
      const output = { scratch, name: "thing", version: null, candidates: [other] };
      const object = store.register(output);
      const stored = Buffer.from(fs.readFile(`${store.pathOf(object)}/file`)).toString();
      assert.equal(stored, `${spelled(store.pathOf(other))} ${spelled(store.pathOf(object))}`);
      assert.deepEqual(store.references(object), [other]);
      assert.equal(kindOf(object), drive === "/c" ? "movable" : "bound");
      assert.deepEqual(store.changed([object]), []);

      function kindOf(object: ObjectName) {
        return readIdentity(fs, layoutOf(ROOT), object)?.kind;
      }
    });
  }

  Deno.test(`${name}: what the system's store has is taken over with its permissions`, () => {
    const { process, store } = machine(world);
    const other = `${ROOT}-of-the-system`;
    const all = () => withStoredModes(process(), ROOT, other);
    const { fs, ...system } = all();
    const theirs = openStore({ fs, ...system }, other);
    theirs.prepare();
    const scratch = theirs.scratchPath(DERIVATION, "out", "thing", null);
    grow(fs, scratch, { dir: { run: { file: "x", mode: 0o755 } } });
    const out = theirs.register({ scratch, name: "thing", version: null, candidates: [] });
    theirs.recordOutputs(DERIVATION, { out }, null);
    const own = openStore(all(), ROOT, { system: other });
    assert.deepEqual(own.takeOver(DERIVATION), { out });
    assert.equal(process().fs.lstat(`${own.pathOf(out)}/run`)?.mode, 0o555);
    assert.deepEqual(store().changed([out]), []);
  });

  Deno.test(`${name}: the store makes no links for people`, () => {
    const windows = machine(world);
    const object = build(windows, { dir: {} });
    windows.store().linkForPeople({ name: "thing", version: "1" }, { out: object });
    assert.deepEqual(windows.process().fs.readDir(`${ROOT}/store/pkg`), []);
  });

  Deno.test(`${name}: what was made writable in the store has changed`, () => {
    const windows = machine(world);
    const object = windows.store().addFile("file", Buffer.from("x"), true);
    const path = windows.store().pathOf(object);
    const { fs } = windows.process();
    fs.chmod(path, 0o644);
    const file = fs.append(path, 0o644);
    file.write(Buffer.from("y"));
    file.close();
    assert.deepEqual(windows.store().changed([object]), [{ object, path, change: "changed" }]);
  });
}
