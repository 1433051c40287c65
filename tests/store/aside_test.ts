import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bringBack, putAside } from "../../src/store/aside.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { openStore } from "../../src/store/store.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import type { System } from "../../src/system/mod.ts";
import type { Survivors } from "../../src/system/memory/survivors.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { realSystem } from "../../src/system/real.ts";
import { fell, grow, inTemp } from "./trees.ts";

const real = realSystem();
const { fs } = real;

/** A store with a file and a folder; gives them. */
function plant(root: string) {
  const store = openStore(real, root);
  if (fs.lstat(`${root}-tree`) === null) grow(fs, `${root}-tree`, { dir: { a: { file: "a" } } });
  return [store.addFile("file", Buffer.from("file"), false), store.addTree("tree", `${root}-tree`)];
}

/** Makes the objects again, as a repair does: the file can be, the folder can't. */
function repair(system: System, root: string) {
  const objects = plant(root);
  for (const object of objects) putAside(system.fs, root, object);
  openStore(system, root).addFile("file", Buffer.from("file"), false);
  bringBack(system.fs, root);
}

Deno.test("what is aside is absent, and comes back where it was not made again", () =>
  inTemp(fs, async (folder) => {
    const root = `${folder}/root`;
    const [file, tree] = plant(root);
    const store = openStore(real, root);
    for (const object of [file, tree]) putAside(fs, root, object);
    assert.deepEqual([store.has(file), store.has(tree)], [false, false]);
    store.addFile("file", Buffer.from("file"), false);
    bringBack(fs, root);
    assert.deepEqual(fs.readDir(`${store.dir}/obj`), [file, tree]);
    assert.deepEqual(await verifyObjects(real, root), []);
  }));

for (const when of ["before", "after"] as const) {
  const options = { sanitizeResources: false };
  Deno.test(
    `a repair that dies ${when} any operation loses nothing to the next gc`,
    options,
    () =>
      inTemp(fs, async (folder) => {
        plant(`${folder}/whole`);
        const counting = faultySystem(real, { at: 0, when });
        repair(counting.system, `${folder}/whole`);
        assert.ok(counting.operations() > 10);
        for (let at = 1; at <= counting.operations(); at++) {
          const root = `${folder}/${at}`;
          const objects = plant(root);
          const { system } = faultySystem(real, { at, when });
          assert.throws(() => repair(system, root), Crash);
          const { removed } = await collectGarbage(real, root, objects);
          assert.deepEqual(removed, []);
          assert.deepEqual(fs.readDir(`${root}/store/obj`), objects.toSorted(), `at ${at}`);
          assert.deepEqual(openStore(real, root).changed(objects), [], `at ${at}`);
          fell(fs, root);
        }
      }),
  );
}

/** Of the changes that were not flushed, only the last one reaches the disk. */
const ONLY_THE_LAST: Survivors = {
  names: (count) => Array.from({ length: count }, (_, n) => n === count - 1),
  content: () => 1,
  attributes: () => true,
};

/** A store on a disk of its own, in a root that is flushed, with a file in it that is, too. */
function flushedFile() {
  const { fs, ...system } = memorySystem();
  fs.mkdir("/root", 0o700);
  fs.syncDir("/");
  const store = () => openStore({ fs, ...system }, "/root");
  const add = () => store().addFile("file", Buffer.from("file"), false);
  const file = add();
  fs.syncDir("/root/store/obj");
  return { fs, store, add, file };
}

Deno.test("power cut: what was made again is on the disk before what was aside goes", () => {
  const { fs, store, add, file } = flushedFile();
  putAside(fs, "/root", file);
  fs.syncDir("/root/store/obj");
  add();
  bringBack(fs, "/root");
  fs.disk.powerCut(ONLY_THE_LAST);
  bringBack(fs, "/root");
  assert.equal(store().has(file), true);
});

Deno.test("power cut: what went aside is found, and comes back for good", () => {
  for (const cut of ["aside", "back"] as const) {
    const { fs, store, file } = flushedFile();
    putAside(fs, "/root", file);
    if (cut === "back") {
      fs.syncDir("/root/store/obj");
      bringBack(fs, "/root");
    }
    fs.disk.powerCut(ONLY_THE_LAST);
    bringBack(fs, "/root");
    assert.equal(store().has(file), true, cut);
    assert.deepEqual(fs.readDir("/root/store/obj"), [file], cut);
  }
});

Deno.test("who brings back does not look through a store in which nothing is aside", () =>
  inTemp(fs, (folder) => {
    const root = `${folder}/root`;
    plant(root);
    const looked: string[] = [];
    const watched = Object.create(fs, {
      readDir: { value: (path: string) => (looked.push(path), fs.readDir(path)) },
    });
    bringBack(watched, root);
    assert.deepEqual(looked, []);
  }));
