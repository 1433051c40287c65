/** Originals and edits: listed, put back, dropped; and written to the home before the store goes. */
import assert from "node:assert/strict";
import { removeObject } from "../support/tree.ts";
import nodeFs from "node:fs";
import { dirname, join } from "node:path";
import { collect } from "../../src/journeys/collect.ts";
import { deleteAll } from "../../src/journeys/delete_all.ts";
import {
  dropOriginals,
  listOriginals,
  restoreOriginal,
  showOriginal,
} from "../../src/journeys/originals.ts";
import { SysError } from "../../src/errors.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { repair } from "../../src/journeys/repair.ts";
import { destroy } from "../../src/journeys/restore.ts";
import { holding } from "../../src/machine/lock.ts";
import type { Machine } from "../../src/machine/open.ts";
import { heldOf, originalsPath, readOriginals } from "../../src/snapshot/originals.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import { FsError } from "../../src/system/fs.ts";
import type { System } from "../../src/system/mod.ts";
import { HOME, MemoryMachine } from "./memory_machine.ts";
import { type TestMachine, withMachine } from "./support.ts";

const REPLACE = {
  decide: () => Promise.resolve({ replace: "all" as const, skip: new Set<string>() }),
};
const RESTORE = {
  dryRun: false,
  decide: () => Promise.resolve(UNDECIDED),
  signal: new AbortController().signal,
};

/** Does something with the exclusive lock held. */
function held<T>(machine: Machine, body: () => Promise<T>): Promise<T> {
  const { signal } = new AbortController();
  const how = { command: "test", wait: true, signal, onWait: () => {}, onRecovery: () => {} };
  return holding(machine, { mode: "exclusive", ...how }, body);
}

/** Texts of all files that were saved below the home, and the names of what else is there. */
function savedIn(home: string): string[] {
  return [...Deno.readDirSync(home)].filter(({ name }) => name.startsWith("syslua-originals-"))
    .flatMap(({ name }) =>
      [...Deno.readDirSync(join(home, name))].flatMap((entry) =>
        entry.name !== "LIST.txt" && entry.isFile
          ? [Deno.readTextFileSync(join(home, name, entry.name))]
          : []
      )
    ).sort();
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** How the only copy of something comes to lie in the store: what the user does, and what has to be saved. */
const SITUATIONS: Record<string, readonly [(t: TestMachine) => Promise<unknown>, string[]]> = {
  "a folder above the original became a file": [async (t) => {
    t.writeHome("dir/a", "mine");
    t.setup('file { path = "~/dir/a", content = "ours" }');
    await t.apply(REPLACE);
    Deno.removeSync(join(t.home, "dir"), { recursive: true });
    t.writeHome("dir", "in the way");
  }, ["mine"]],
  "a hand edit that was kept where it was": [async (t) => {
    t.writeHome("a", "mine");
    t.setup('file { path = "~/a", content = "ours", mode = "0644" }');
    await t.apply(REPLACE);
    Deno.writeTextFileSync(join(t.home, "a"), "edited");
    t.setup("");
    await t.apply();
    assert.equal(t.read("a"), "edited");
  }, ["mine"]],
  "a hand edit that was replaced": [async (t) => {
    t.setup('file { path = "~/a", content = "ours", mode = "0644" }');
    await t.apply();
    Deno.writeTextFileSync(join(t.home, "a"), "edited");
    const { kept } = await t.apply(REPLACE);
    assert.deepEqual(kept.map(({ number, why }) => [number, why]), [[1, "edit"]]);
  }, ["edited"]],
  "a failure that could not be undone": [async (t) => {
    t.writeHome("a", "mine");
    t.setup(`file { path = "~/a", content = "ours" }
activate { name = "x", config = function(_, ctx)
  ctx.run("rm ~/a; mkdir ~/a; echo 1 > ~/a/1; exit 1")
end }`);
    await assert.rejects(t.apply(REPLACE), /Cannot restore everything/);
  }, ["mine"]],
  "a file that became a folder": [async (t) => {
    t.writeHome("a", "mine");
    t.setup('file { path = "~/a", content = "ours" }');
    await t.apply(REPLACE);
    Deno.removeSync(join(t.home, "a"));
    t.writeHome("a/b", "a folder now");
  }, ["mine"]],
  "a file of somebody else's in the root": [async (t) => {
    t.setup('file { path = "~/a", content = "ours" }');
    await t.apply();
    Deno.writeTextFileSync(join(t.machine.root, "snapshots", "notes"), "notes");
  }, []],
};

for (const [name, [arrange, expected]] of Object.entries(SITUATIONS)) {
  Deno.test(`delete all: ${name}: it is saved first, and nothing else is left`, () =>
    withMachine(async (t) => {
      await arrange(t);
      const { saved } = await held(t.machine, () => deleteAll(t.machine, RESTORE));
      assert.deepEqual(savedIn(t.home), expected);
      assert.ok(saved !== null);
      const list = Deno.readTextFileSync(join(saved.folder, "LIST.txt"));
      for (const one of saved.saved) assert.ok(list.includes(one.path ?? one.name));
      if (saved.others.length > 0) {
        assert.equal(
          Deno.readTextFileSync(join(saved.folder, "others/snapshots/notes")),
          "notes",
        );
      }
      assert.ok(!isThere(t.machine.root), "neither lock nor folders");
    }));
}

Deno.test("delete all: in the cache, what has no name of sys.lua's stays", () =>
  withMachine(async (t) => {
    t.setup('file { path = "~/a", content = "ours" }');
    await t.apply();
    const mirror = `.cache/syslua/git/${"0".repeat(32)}`;
    for (const path of [".cache/syslua/git/mine/code", `${mirror}/HEAD`]) t.writeHome(path, "x");
    await held(t.machine, () => deleteAll(t.machine, RESTORE));
    assert.equal(t.read(".cache/syslua/git/mine/code"), "x");
    assert.ok(!isThere(join(t.home, mirror)));
  }));

Deno.test("delete all: without anything of the user's in the store, nothing is written", () =>
  withMachine(async (t) => {
    t.writeHome("a", "mine");
    t.setup('file { path = "~/a", content = "ours" }');
    await t.apply(REPLACE);
    const { saved } = await held(t.machine, () => deleteAll(t.machine, RESTORE));
    assert.equal(saved, null);
    assert.equal(t.read("a"), "mine");
    assert.ok(![...Deno.readDirSync(t.home)].some(({ name }) => name.startsWith("syslua-")));
  }));

Deno.test("delete all: an original whose object nothing names is saved too", () =>
  withMachine(async (t) => {
    const { store } = t.machine;
    store.addFile("original-x", new TextEncoder().encode("of an unknown path"), false);
    const { saved } = await held(t.machine, () => deleteAll(t.machine, RESTORE));
    assert.equal(saved?.saved[0].path, null);
    assert.deepEqual(savedIn(t.home), ["of an unknown path"]);
  }));

Deno.test("delete all: a dry run tells what would be saved, and changes nothing", () =>
  withMachine(async (t) => {
    const [arrange] = SITUATIONS["a hand edit that was replaced"];
    await arrange(t);
    const { endangered, saved } = await deleteAll(t.machine, { ...RESTORE, dryRun: true });
    assert.deepEqual([endangered.map(({ number }) => number), saved], [[1], null]);
    assert.ok(isThere(t.machine.root));
  }));

/** In memory, where a fresh copy of the disk costs nothing. */
async function beforeDeath(): Promise<MemoryMachine> {
  const t = new MemoryMachine();
  t.write(`${HOME}/a`, "mine");
  t.setup(
    'file { path = "~/a", content = "ours", mode = "0644" }\nfile { path = "~/b", content = "b" }',
  );
  await t.apply();
  t.write(`${HOME}/a`, "edited");
  await t.apply();
  return t;
}

Deno.test({
  name:
    "delete all: killed at any operation, it is finished by the next, and nothing is lost or half there",
  sanitizeResources: false,
  fn: async () => {
    const prepared = await beforeDeath();
    const copy = (t = prepared) => new MemoryMachine(t.system.disk.copy());
    const all = (t: MemoryMachine, system?: System) =>
      t.held("exclusive", (machine) => deleteAll(machine, RESTORE), system);
    const counting = copy();
    const { system, operations } = faultySystem(counting.system, { at: 0, when: "before" });
    await all(counting, system);
    assert.ok(operations() > 60, `${operations()}`);
    for (let at = 1; at <= operations(); at++) {
      const dying = copy();
      const faulty = faultySystem(dying.system, { at, when: "before" });
      const refused = (error: unknown) => error instanceof Crash || error instanceof SysError;
      await assert.rejects(all(dying, faulty.system), refused);
      const t = copy(dying);
      // Whatever is there is whole, and the next apply can use it.
      await t.apply();
      const { root, system: { fs } } = t.open();
      assert.deepEqual(await verifyObjects(t.system, root), [], `${at}`);
      assert.ok(fs.lstat(`${HOME}/b`) !== null, `${at}`);
      await all(t);
      assert.equal(new TextDecoder().decode(fs.readFile(`${HOME}/a`)), "mine", `${at}`);
      assert.ok(t.texts().includes("edited"), `${at}`);
      assert.equal(fs.lstat(root), null, `${at}`);
    }
  },
});

Deno.test("originals: gc keeps what is listed, and lets go what was dropped", () =>
  withMachine(async (t) => {
    const [arrange] = SITUATIONS["a hand edit that was replaced"];
    await arrange(t);
    // Snapshots keep it alive too: none that does is left.
    t.setup("");
    await t.apply();
    const all = { dryRun: false, keep: 1, olderThan: null, maxBytes: null };
    await held(t.machine, () => collect(t.machine, all));
    const { content } = await showOriginal(t.machine, "1");
    assert.equal(new TextDecoder().decode(content!), "edited");
    await dropOriginals(t.machine, ["1"]);
    const { removed } = await held(t.machine, () => collect(t.machine, all));
    assert.deepEqual(removed.map(({ object }) => object.slice(0, -33)), ["original-a"]);
    assert.deepEqual(await listOriginals(t.machine), []);
  }));

/** An edit that is kept, and a list that is gone. */
async function withoutList(t: TestMachine) {
  const [arrange] = SITUATIONS["a hand edit that was replaced"];
  await arrange(t);
  t.setup("");
  await t.apply();
  Deno.removeSync(originalsPath(t.machine.root));
}

Deno.test("originals: where the list is gone gc takes none, and repair makes a list again", () =>
  withMachine(async (t) => {
    await withoutList(t);
    const all = { dryRun: false, keep: 1, olderThan: null, maxBytes: null };
    await held(t.machine, () => collect(t.machine, all));
    const objects = [...Deno.readDirSync(join(t.machine.root, "store/obj"))];
    assert.ok(objects.some(({ name }) => name.startsWith("original-a-")));
    assert.equal((await held(t.machine, () => repair(t.machine, false))).originals, 1);
    const [{ number }] = await listOriginals(t.machine);
    const { content } = await showOriginal(t.machine, String(number));
    assert.equal(new TextDecoder().decode(content!), "edited");
    assert.equal((await held(t.machine, () => repair(t.machine, false))).originals, null);
  }));

Deno.test("delete all: what is held and on no list, with its object gone, is saved too", () =>
  withMachine(async (t) => {
    await withoutList(t);
    for (const { name } of Deno.readDirSync(join(t.machine.root, "store/obj"))) {
      if (name.startsWith("original-")) removeObject(t.machine.store.pathOf(name as ObjectName));
    }
    await held(t.machine, () => deleteAll(t.machine, RESTORE));
    assert.deepEqual(savedIn(t.home), ["edited"]);
  }));

Deno.test("originals: one is put back, or elsewhere, and what was there is set aside", () =>
  withMachine(async (t) => {
    const { signal } = RESTORE;
    const [arrange] = SITUATIONS["a hand edit that was replaced"];
    await arrange(t);
    const a = join(t.home, "a");
    const elsewhere = join(t.home, "b");
    await assert.rejects(restoreOriginal(t.machine, "1", undefined, signal), /manages that path/);
    t.writeHome("b", "in the way");
    const { kept } = await restoreOriginal(t.machine, "1", elsewhere, signal);
    assert.equal(t.read("b"), "edited");
    assert.deepEqual(kept.map(({ number, path }) => [number, path]), [[2, elsewhere]]);
    await held(t.machine, () => destroy(t.machine, RESTORE));
    assert.ok(!isThere(a));
    await restoreOriginal(t.machine, "1", undefined, signal);
    assert.equal(t.read("a"), "edited");
    assert.deepEqual((await listOriginals(t.machine)).map(({ number }) => number), [2]);
    await assert.rejects(restoreOriginal(t.machine, "9", undefined, signal), /there is none/);
    const own = join(t.machine.root, "x");
    await assert.rejects(restoreOriginal(t.machine, "2", own, signal), /own folder/);
  }));

Deno.test("originals: what is held on another disk is put back, dropped, and deleted with the rest", () =>
  withMachine(async (t) => {
    const { fs } = t.machine.system;
    const elsewhere = Object.assign(Object.create(fs), {
      link: (from: string, to: string) => {
        if (to.includes("/originals/")) throw new FsError("link", to, "EXDEV");
        fs.link(from, to);
      },
    });
    t.machine = { ...t.machine, system: { ...t.machine.system, fs: elsewhere } };
    const { root } = t.machine;
    const there = () => readOriginals(fs, root).folders.filter((it) => fs.lstat(it) !== null);
    for (const name of ["a", "b", "c"]) t.write(`../${name}`, `my ${name}`);
    t.setup(["a", "b", "c"].map((name) => `file { path = "~/${name}", content = "x" }`).join("\n"));
    await t.apply(REPLACE);
    const { originals } = readOriginals(fs, root);
    const held = originals.map((one) => heldOf(root, one));
    assert.equal(there().length, 1);
    const [a, b] = ["a", "b"].map((name) => originals.find(({ path }) => path.endsWith(name))!);
    const inode = fs.lstat(heldOf(root, b))?.ino;
    const dropped = await dropOriginals(t.machine, [String(a.number), String(a.number)]);
    assert.equal(dropped.length, 1);
    assert.equal(fs.lstat(heldOf(root, a)), null);
    t.setup(`file { path = "~/c", content = "x" }`);
    await t.apply();
    assert.equal(fs.lstat(join(t.home, "b"))?.ino, inode);
    assert.equal(there().length, 1);
    await deleteAll(t.machine, RESTORE);
    assert.equal(t.read("c"), "my c");
    assert.deepEqual(held.map((path) => fs.lstat(dirname(path))), [null, null, null]);
  }));

Deno.test({
  name: "originals: root puts one back into a user's folder with that user's rights",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withMachine(async (t, dir) => {
      const [arrange] = SITUATIONS["a hand edit that was replaced"];
      await arrange(t);
      const theirs = join(t.home, "theirs");
      Deno.mkdirSync(theirs);
      Deno.chmodSync(dir, 0o755);
      Deno.chownSync(theirs, 4321, 4321);
      const { machine } = t;
      const host = { ...machine.system.host, elevated: true };
      const root = { ...machine, system: { ...machine.system, host } };
      await restoreOriginal(root, "1", join(theirs, "a"), RESTORE.signal);
      assert.equal(Deno.lstatSync(join(theirs, "a")).uid, 4321);
      Deno.mkdirSync(join(dir, "roots"), { mode: 0o755 });
      Deno.symlinkSync(join(dir, "roots"), join(theirs, "out"));
      nodeFs.lchownSync(join(theirs, "out"), 4321, 4321);
      await assert.rejects(
        restoreOriginal(root, "1", join(theirs, "out", "a"), RESTORE.signal),
      );
      assert.deepEqual([...Deno.readDirSync(join(dir, "roots"))], []);
    }),
});

Deno.test("originals: one of which nothing is left is listed as lost until it is dropped", () =>
  withMachine(async (t) => {
    const [arrange] = SITUATIONS["a hand edit that was replaced"];
    await arrange(t);
    const [{ state, number }] = await listOriginals(t.machine);
    assert.ok(state.kind === "file" && state.content !== undefined);
    removeObject(state.content);
    Deno.removeSync(join(t.machine.root, "originals", String(number)));
    assert.deepEqual((await listOriginals(t.machine)).map(({ lost }) => lost), [true]);
    const back = restoreOriginal(t.machine, "1", join(t.home, "b"), RESTORE.signal);
    await assert.rejects(back, /nothing whole is left/);
    const { saved } = await held(t.machine, () => deleteAll(t.machine, RESTORE));
    assert.deepEqual(saved?.saved.map(({ name }) => name), [""]);
  }));
