/** What is recorded about single files, in one file: torn, gone, of several processes, collected. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { flushNames } from "../../src/journeys/flush_names.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { optimise } from "../../src/store/optimise.ts";
import { openStore } from "../../src/store/store.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import type { MemorySystem } from "../../src/system/memory/memory.ts";
import { NAMES, NOTHING, random } from "../../src/system/memory/survivors.ts";
import type { System } from "../../src/system/mod.ts";
import { inMemory } from "../support/memory.ts";
import { fell, grow } from "./trees.ts";

const ROOT = "/root";
const REFS = `${ROOT}/store/refs`;
const RECORDS = `${REFS}/.files`;

const add = (system: System, name: string, text = name) =>
  openStore(system, ROOT).addFile(name, Buffer.from(text), false);
const textOf = ({ fs }: System) => Buffer.from(fs.readFile(RECORDS)).toString();
const problems = async (system: System) =>
  (await verifyObjects(system, ROOT)).map(({ kind, object }) => `${kind} ${object}`);

/** What is recorded, as another process finds it. */
function put({ fs }: System, text: string) {
  fell(fs, RECORDS);
  grow(fs, RECORDS, { file: text });
}

Deno.test("files and links that refer to nothing share one record, whoever stores them", async () => {
  const system = inMemory();
  const first = openStore(system, ROOT), second = openStore(system, ROOT);
  system.fs.symlink("nowhere", "/link");
  const objects = [
    first.addFile("a", Buffer.from("a"), false),
    second.addFile("b", Buffer.from("b"), true),
    first.addFile("c", Buffer.from("c"), false, true),
    second.addTree("link", "/link"),
  ];
  assert.deepEqual(system.fs.readDir(REFS), [".files"]);
  assert.deepEqual(await problems(system), []);
  for (const store of [first, second]) {
    assert.deepEqual(store.changed(objects), []);
    assert.deepEqual([...store.closure(objects)], objects);
  }
});

Deno.test("a line that is cut off anywhere counts as none, and spoils no other", async () => {
  const system = inMemory();
  const a = add(system, "a");
  const before = textOf(system);
  const b = add(system, "b");
  const whole = textOf(system);
  for (let length = before.length; length <= whole.length; length++) {
    put(system, whole.slice(0, length));
    const lost = length < whole.length ? [`record ${b}`] : [];
    assert.deepEqual(await problems(system), lost, whole.slice(0, length));
    const c = add(system, "c");
    const still = length === whole.length - 1 ? [] : lost;
    assert.deepEqual(await problems(system), still, `${whole.slice(0, length)}, and one more`);
    assert.deepEqual(openStore(system, ROOT).changed([a, b, c]), []);
    const { removed } = await collectGarbage(system, ROOT, [a, b]);
    assert.deepEqual(removed.map(({ object }) => object), [c]);
    put(system, "");
    for (const object of [a, b]) assert.ok(openStore(system, ROOT).intact(object));
  }
});

const NO_RECORDS = ["file", "\0\0\0\n", "file 292 1 7 \n", "file -1 1 1 x\n", "dir 1 1 1 x\n"];
for (const text of NO_RECORDS) {
  Deno.test(`what is no record says nothing: ${JSON.stringify(text)}`, async () => {
    const system = inMemory();
    const a = add(system, "a");
    put(system, text.replace("x", a));
    assert.deepEqual(await problems(system), [`record ${a}`]);
    add(system, "b");
    assert.deepEqual(await problems(system), [`record ${a}`]);
  });
}

Deno.test("an edit of a file is found by what is recorded, and by its content without", () => {
  for (const lost of [false, true]) {
    const system = inMemory();
    const { fs } = system;
    const a = add(system, "a", "text");
    const path = openStore(system, ROOT).pathOf(a);
    fs.chmod(`${ROOT}/store/obj`, 0o755);
    fs.remove(path);
    // Its inode alone tells.
    grow(fs, path, { file: "TEXT", mode: 0o444 });
    fs.utime(path, 1);
    if (lost) fs.remove(RECORDS);
    const changed = openStore(system, ROOT).changed([a]).map(({ change }) => change);
    assert.deepEqual(changed, ["changed"], `record lost: ${lost}`);
  }
});

/** A file that names another, by the path that it has elsewhere. */
const user = (system: System) => {
  const needed = openStore(system, ROOT).nameOfFile("needed", Buffer.from("needed"), false);
  return add(system, "user", `/elsewhere/store/obj/${needed}`);
};

/** It is stored before that one. */
function prepared(): MemorySystem {
  const system = inMemory();
  user(system);
  add(system, "needed");
  assert.deepEqual(system.fs.readDir(REFS), [".files"]);
  return inMemory(system.fs.disk.copy());
}

Deno.test("power cut: what a file is found to refer to later is not forgotten", async () => {
  const counting = faultySystem(prepared(), { at: 0, when: "before" });
  const object = user(counting.system);
  for (const survivors of [NOTHING, NAMES, ...[1, 2, 3, 4].map(random)]) {
    for (let at = 1; at <= counting.operations() + 1; at++) {
      const system = prepared();
      const dying = faultySystem(system, { at, when: "before" }).system;
      const died = at <= counting.operations();
      if (died) assert.throws(() => user(dying), Crash);
      else user(dying), flushNames({ system, root: ROOT });
      system.fs.disk.powerCut(survivors);
      const done = openStore(system, ROOT).references(object).length > 0;
      // What was but begun may not have happened: this was known before.
      assert.ok(done || died);
      const { removed } = await collectGarbage(system, ROOT, [object]);
      assert.equal(removed.length, done ? 0 : 1, `before operation ${at}`);
    }
  }
});

Deno.test("a record of its own that is lost is not replaced by what was known before", async () => {
  const system = prepared();
  const object = user(system);
  assert.deepEqual(system.fs.readDir(REFS), [".files", object]);
  system.fs.remove(`${REFS}/${object}`);
  assert.deepEqual(await problems(system), [`record ${object}`]);
  assert.deepEqual((await collectGarbage(system, ROOT, [object])).removed, []);
});

Deno.test("gc leaves out what is of no more use, and writes nothing when all is", async () => {
  const system = inMemory();
  const [a, b, same] = ["a", "b", "same"].map((name) => add(system, name, name[0]));
  const twin = add(system, "twin", "s");
  const store = openStore(system, ROOT);
  assert.equal(optimise(system.fs, ROOT).files, 1);
  await collectGarbage(system, ROOT, [a, same, twin], { dryRun: true });
  assert.match(textOf(system), new RegExp(b));
  await collectGarbage(system, ROOT, [a, same, twin]);
  assert.equal(textOf(system).trim().split("\n").length, 3);
  assert.doesNotMatch(textOf(system), new RegExp(b));
  assert.deepEqual(await problems(system), []);
  // Who had read the file before reads the new one.
  assert.deepEqual(store.changed([a, same, twin]), []);
  const { ino } = system.fs.lstat(RECORDS)!;
  await collectGarbage(system, ROOT, [a, same, twin]);
  assert.equal(system.fs.lstat(RECORDS)!.ino, ino);
});

for (const [what, tree] of [["folder", { dir: {} }], ["link", { link: "/mine" }]] as const) {
  Deno.test(`a ${what} in its place goes, and what it leads to stays`, async () => {
    const system = inMemory();
    const { fs } = system;
    const a = add(system, "a");
    grow(fs, "/mine", { file: "mine" });
    fs.remove(RECORDS);
    grow(fs, RECORDS, tree);
    assert.deepEqual(await problems(system), [`record ${a}`]);
    add(system, "b");
    assert.deepEqual(await problems(system), [`record ${a}`]);
    assert.equal(Buffer.from(fs.readFile("/mine")).toString(), "mine");
  });
}
