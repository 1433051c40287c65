/** What the user had comes back whole, is numbered until it does, and is never the only copy that goes. */
import assert from "node:assert/strict";
import { removeObject } from "../support/tree.ts";
import nodeFs from "node:fs";
import { join } from "node:path";
import { topsAbove } from "../../src/activation/hold.ts";
import { inMemory } from "../support/memory.ts";
import { rebuildOriginals } from "../../src/activation/rebuild_originals.ts";
import { recover, repair } from "../../src/activation/recover.ts";
import { SysError } from "../../src/errors.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import { heldOf, readOriginals } from "../../src/snapshot/originals.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import { type FileSystem, type FsCode, FsError } from "../../src/system/fs.ts";
import type { System } from "../../src/system/mod.ts";
import { real, Rig } from "./support.ts";

const root = Deno.uid() === 0;
const hasAttributes = ["getfattr", "setfattr"].every((name) =>
  new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync()
    .success
);

function setAttribute(path: string) {
  if (!hasAttributes) return;
  new Deno.Command("setfattr", { args: ["-n", "user.colour", "-v", "green", path] }).outputSync();
}

function attributesOf(path: string): string {
  if (!hasAttributes) return "";
  const args = ["-h", "-d", "--absolute-names", path];
  return new TextDecoder().decode(new Deno.Command("getfattr", { args }).outputSync().stdout);
}

/** All that `lstat` tells of everything below a folder; of folders whole seconds. */
function everythingIn(dir: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const walk = (folder: string) => {
    for (const name of nodeFs.readdirSync(folder).sort()) {
      const path = join(folder, name);
      const info = nodeFs.lstatSync(path, { bigint: true });
      const { uid, gid, mode, nlink, mtimeNs, size } = info;
      const time = info.isDirectory() ? mtimeNs / 10n ** 9n : mtimeNs;
      const what = info.isSymbolicLink()
        ? nodeFs.readlinkSync(path)
        : info.isFile()
        ? nodeFs.readFileSync(path, "utf8")
        : "";
      const ino = info.isFile() ? info.ino : 0n;
      found[path] = { uid, gid, mode, nlink, time, size, ino, what, more: attributesOf(path) };
      if (info.isDirectory()) walk(path);
    }
  };
  walk(dir);
  return found;
}

/** Files, links and folders with times, owners, attributes and names of their own. */
function furnish({ home }: Rig) {
  const owned = (path: string) => root && nodeFs.lchownSync(path, 4321, 1234);
  Deno.writeTextFileSync(join(home, "plain"), "plain");
  setAttribute(join(home, "plain"));
  Deno.writeTextFileSync(join(home, "one name"), "two names");
  Deno.linkSync(join(home, "one name"), join(home, "other name"));
  Deno.symlinkSync("plain", join(home, "link"));
  Deno.mkdirSync(join(home, "empty"), { mode: 0o750 });
  for (const name of ["plain", "one name", "link", "empty"]) owned(join(home, name));
  Deno.chmodSync(join(home, "plain"), 0o4640);
  for (const name of ["plain", "one name", "empty"]) {
    nodeFs.utimesSync(join(home, name), 1_000_000_000.25, 1_000_000_000.75);
  }
}

const TARGETS = ["~/plain", "~/one name", "~/link", "~/empty"];
const ours = (rig: Rig, content = "ours") => ({
  paths: TARGETS.map((target, n) => rig[n % 2 ? "link" : "copy"](target, content)),
});
const failing = {
  id: "f",
  command: "exit 1",
  check: null,
  undo: null,
  on: "change" as const,
  pending: false,
  order: 0,
  by: "test",
  place: null,
};

const WAYS_BACK: [string, (rig: Rig) => Promise<unknown>][] = [
  ["destroy", async (rig) => {
    await rig.apply(ours(rig), { replace: "all" });
    await rig.apply(ours(rig, "ours again"));
    await rig.apply({});
  }],
  ["a rollback", async (rig) => {
    await rig.apply({ paths: [] });
    await rig.apply(ours(rig), { replace: "all" });
    await rig.apply({ paths: [] }, { description: "rollback to 1" });
  }],
  ["an apply that fails", async (rig) => {
    const wanted = { ...ours(rig), runs: [failing] };
    await assert.rejects(rig.apply(wanted, { replace: "all" }), /Cannot activate/);
  }],
  ["a destroy that fails, and another", async (rig) => {
    const wanted = { ...ours(rig), runs: [{ ...failing, command: "true", undo: "exit 1" }] };
    await rig.apply(wanted, { replace: "all" });
    await assert.rejects(rig.apply({}), /Cannot activate/);
    await rig.apply({}, { adapters: { shell: () => ["/bin/true"] } });
  }],
];

/** A system of which some methods are others. */
function without(change: Partial<FileSystem>): System {
  return { ...real, fs: Object.assign(Object.create(real.fs), change) };
}
/** One in which links and renames that lead to some names, or from them, fail. */
function refusing(which: RegExp, code: FsCode, renames: boolean): System {
  const refuse = (name: "link" | "rename") => (from: string, to: string) => {
    if (which.test(from) || which.test(to)) throw new FsError(name, to, code);
    real.fs[name](from, to);
  };
  return without({ link: refuse("link"), ...(renames ? { rename: refuse("rename") } : {}) });
}

const UNHOLDABLE = refusing(/\/originals\/\d|[.]syslua-held/, "EXDEV", true);

/** What the root's file system, and the home's, can't do. */
const DISKS: [string, System][] = [
  ["", real],
  [", the root on another disk", refusing(/\/originals\/\d/, "EXDEV", true)],
  [", where there are no hard links", refusing(/\/originals\/\d/, "EPERM", false)],
  [
    ", where there are none, on another disk",
    without({
      link: (_, path) => {
        throw new FsError("link", path, path.includes("/originals/") ? "EXDEV" : "EPERM");
      },
    }),
  ],
];

for (const [name, back] of WAYS_BACK) {
  for (const [disk, system] of DISKS) {
    Deno.test(`originals: owner, times, attributes and hard links are as before after ${name}${disk}`, async () => {
      using rig = new Rig(undefined, system);
      furnish(rig);
      const before = everythingIn(rig.home);
      await back(rig);
      assert.deepEqual(everythingIn(rig.home), before);
      const { originals, folders } = readOriginals(real.fs, rig.root);
      assert.deepEqual([originals, folders, held(rig)], [[], [], []]);
    });
  }
}

/** Numbers of what is held. */
function held(rig: Rig): string[] {
  try {
    return [...Deno.readDirSync(join(rig.root, "originals"))].map(({ name }) => name)
      .filter((name) => /^\d+$/.test(name)).sort();
  } catch {
    return [];
  }
}

Deno.test("originals: owner, mode and time come back where nothing can be held", async () => {
  using rig = new Rig();
  furnish(rig);
  const facts = () =>
    Object.entries(everythingIn(rig.home)).map(([path, it]) => {
      const { uid, gid, mode, time, what } = it as Record<string, bigint>;
      const link = nodeFs.lstatSync(path).isSymbolicLink();
      const seconds = link ? 0n : time > 10n ** 12n ? time / 10n ** 9n : time;
      return [path, uid, gid, mode, seconds, what];
    });
  const before = facts();
  await rig.apply(ours(rig), { replace: "all", system: UNHOLDABLE });
  assert.deepEqual(held(rig), []);
  await rig.apply({}, { system: UNHOLDABLE });
  assert.deepEqual(facts(), before);
});

Deno.test("originals: an apply that was killed before its journal leaves nothing held", async () => {
  using rig = new Rig();
  furnish(rig);
  const before = everythingIn(rig.home);
  let dead = false;
  const dying = without({
    create: (path, mode) => {
      dead ||= path.includes("/journal/");
      if (dead) throw new Error("dead");
      return real.fs.create(path, mode);
    },
    readDir: (path) => {
      if (dead) throw new Error("dead");
      return real.fs.readDir(path);
    },
  });
  await assert.rejects(rig.apply(ours(rig), { replace: "all", system: dying }), /dead/);
  assert.notDeepEqual(held(rig), []);
  await recover(real.fs, rig.adapters(), rig.root);
  assert.deepEqual(held(rig), []);
  assert.deepEqual(everythingIn(rig.home), before);
});

Deno.test("originals: what changed through another name meanwhile survives beside what was there", async () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.home, "a"), "as it was");
  Deno.linkSync(join(rig.home, "a"), join(rig.home, "b"));
  await rig.apply({ paths: [rig.link("~/a", "ours")] }, { replace: "all" });
  Deno.writeTextFileSync(join(rig.home, "b"), "as it became");
  Deno.removeSync(join(rig.home, "b"));
  const { kept } = await rig.apply({});
  assert.equal(Deno.readTextFileSync(join(rig.home, "a")), "as it was");
  assert.deepEqual(kept.map(({ number, why, path }) => [number, why, path]), [
    [1, "edit", join(rig.home, "a")],
  ]);
  const [one] = readOriginals(real.fs, rig.root).originals;
  assert.ok(one.state.kind === "file" && one.state.content !== undefined);
  assert.equal(Deno.readTextFileSync(one.state.content), "as it became");
});

Deno.test("originals: each has a number, and none is given twice", async () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.home, "a"), "mine");
  const first = await rig.apply({ paths: [rig.link("~/a", "ours")] }, { replace: "all" });
  assert.deepEqual(first.kept.map(({ number, why }) => [number, why]), [[1, "original"]]);
  Deno.removeSync(join(rig.home, "a"));
  Deno.writeTextFileSync(join(rig.home, "a"), "edited");
  const second = await rig.apply({ paths: [rig.link("~/a", "ours")] }, { replace: "all" });
  assert.deepEqual(second.kept.map(({ number, why }) => [number, why]), [[2, "edit"]]);
  await rig.apply({});
  assert.equal(Deno.readTextFileSync(join(rig.home, "a")), "mine");
  const { next, originals } = readOriginals(real.fs, rig.root);
  assert.deepEqual([next, originals.map(({ number }) => number)], [3, [2]]);
});

Deno.test("originals: what is damaged is not put back, the others are, and it is told", async () => {
  for (const damage of ["gone", "changed"]) {
    using rig = new Rig();
    for (const name of ["a", "b"]) Deno.writeTextFileSync(join(rig.home, name), `my ${name}`);
    await rig.apply({ paths: [rig.link("~/a", "1"), rig.copy("~/b", "2")] }, {
      replace: "all",
      system: UNHOLDABLE,
    });
    const [a] = readOriginals(real.fs, rig.root).originals;
    assert.ok(a.state.kind === "file");
    if (damage === "gone") removeObject(a.state.content!);
    else {
      Deno.chmodSync(a.state.content!, 0o644);
      Deno.writeTextFileSync(a.state.content!, "another");
    }
    const plan = await rig.plan(NOTHING);
    assert.deepEqual(plan.lost.map(({ target }) => target), ["~/a"]);
    await rig.apply({});
    assert.deepEqual([...Deno.readDirSync(rig.home)].map(({ name }) => name), ["b"]);
    assert.equal(Deno.readTextFileSync(join(rig.home, "b")), "my b");
    assert.deepEqual((await rig.plan(NOTHING)).lost, []);
    assert.deepEqual(readOriginals(real.fs, rig.root).originals.map(({ number }) => number), [1]);
  }
});

Deno.test("originals: content that changes after the plan is not put in place", async () => {
  using rig = new Rig();
  const wanted = rig.copy("~/a", "as planned");
  assert.ok(wanted.state.kind === "file" && wanted.state.content);
  Deno.chmodSync(wanted.state.content, 0o644);
  Deno.writeTextFileSync(wanted.state.content, "another");
  await assert.rejects(
    rig.apply({ paths: [wanted] }),
    (error) => error instanceof SysError && /was changed/.test(error.message),
  );
  assert.deepEqual([...Deno.readDirSync(rig.home)], []);
});

Deno.test("originals: every byte that is kept is flushed before the journal is written", async () => {
  using rig = new Rig();
  Deno.writeFileSync(join(rig.home, "large"), new Uint8Array((8 << 20) + 1));
  Deno.writeTextFileSync(join(rig.home, "small"), "small");
  const wanted = { paths: [rig.link("~/large", "1"), rig.link("~/small", "2")] };
  const unflushed = new Set<string>();
  let journal: string[] | null = null;
  const recording = without({
    create: (path, mode) => {
      if (path.includes("/journal/")) journal ??= [...unflushed];
      const file = real.fs.create(path, mode);
      unflushed.add(path);
      return Object.assign(Object.create(file), {
        read: file.read.bind(file),
        write: file.write.bind(file),
        utime: file.utime.bind(file),
        close: file.close.bind(file),
        sync: () => (unflushed.delete(path), file.sync()),
      });
    },
    rename: (from, to) => {
      // A lost record is made again from its object.
      if (to.includes("/store/refs/")) unflushed.delete(from);
      real.fs.rename(from, to);
    },
  });
  await rig.apply(wanted, { replace: "all", system: recording });
  assert.deepEqual(journal, []);
});

/** Replaces `~/a`, fails after a command has put a folder there, and so can't put back what was there. */
async function unrestored(rig: Rig) {
  Deno.writeTextFileSync(join(rig.home, "a"), "mine");
  const command = `rm ${rig.home}/a; mkdir ${rig.home}/a; echo 1 > ${rig.home}/a/1; exit 1`;
  const apply = rig.apply({ paths: [rig.link("~/a", "ours")], runs: [{ ...failing, command }] }, {
    replace: "all",
  });
  await assert.rejects(apply, /Cannot restore everything/);
}

const listed = ({ root }: Rig) =>
  readOriginals(real.fs, root).originals.map(({ number, path }) => [number, path]);

Deno.test("repair: what is given up is named, and what was there stays an original", async () => {
  for (const unlisted of [false, true]) {
    using rig = new Rig();
    await unrestored(rig);
    if (unlisted) Deno.removeSync(join(rig.root, "originals/index.json"));
    const path = join(rig.home, "a");
    const { forgotten } = await repair(real.fs, rig.adapters(), rig.root, true);
    assert.deepEqual(forgotten, [{ what: path, original: 1 }]);
    assert.deepEqual(rig.journals(), []);
    assert.deepEqual(listed(rig), [[1, path]]);
  }
});

Deno.test({
  name: "repair: giving up forgets nothing that can still be undone",
  sanitizeResources: false,
  fn: async () => {
    let undone = 0;
    for (let at = 1; at < 60; at += 3) {
      using rig = new Rig();
      const path = join(rig.home, "a");
      Deno.writeTextFileSync(path, "mine");
      const { system } = faultySystem(real, { at, when: "before" });
      const killed = rig.apply({ paths: [rig.link("~/a", "ours")] }, { replace: "all", system });
      await killed.catch(() => {});
      const begun = rig.journals().some((name) => name.endsWith(".jsonl"));
      if (!begun || !Deno.lstatSync(path).isSymlink) continue;
      const { forgotten } = await repair(real.fs, rig.adapters(), rig.root, true);
      assert.deepEqual(forgotten, []);
      assert.equal(Deno.readTextFileSync(path), "mine");
      undone++;
    }
    assert.ok(undone > 0);
  },
});

Deno.test("repair: where a later apply manages the path, the original stays on the list", async () => {
  using rig = new Rig();
  await unrestored(rig);
  Deno.removeSync(join(rig.home, "a"), { recursive: true });
  await rig.apply({ paths: [rig.link("~/a", "ours")] });
  await repair(real.fs, rig.adapters(), rig.root, false);
  assert.deepEqual(listed(rig), [[1, join(rig.home, "a")]]);
  assert.deepEqual(held(rig), ["1"]);
});

Deno.test("repair: a damaged list of originals is made again, and nothing on it is lost", async () => {
  const [, [, otherDisk]] = DISKS;
  for (
    const [damage, system] of [
      ["", real],
      ["garbage", otherDisk],
      ['{"version":1,"next":2}', real],
    ] as const
  ) {
    using rig = new Rig(undefined, system);
    for (const name of ["a", "b"]) Deno.writeTextFileSync(join(rig.home, name), `my ${name}`);
    await rig.apply({ paths: [rig.copy("~/a", "1"), rig.link("~/b", "2")] }, { replace: "all" });
    Deno.writeTextFileSync(join(rig.home, "a"), "edited");
    const edited = Deno.statSync(join(rig.home, "a")).ino;
    const wanted = { paths: [rig.copy("~/a", "3"), rig.link("~/b", "2")] };
    await rig.apply(wanted, { replace: "all" });
    assert.deepEqual(listed(rig).length, 3);
    Deno.writeTextFileSync(join(rig.root, "originals/index.json"), damage);
    await assert.rejects(rig.apply({}), /it is damaged/);
    await recover(real.fs, rig.adapters(), rig.root);
    assert.equal(await rebuildOriginals(real.fs, rig.root), 3);
    assert.equal(await rebuildOriginals(real.fs, rig.root), null);
    assert.deepEqual(listed(rig).map(([number]) => number), [1, 2, 3]);
    const third = readOriginals(real.fs, rig.root).originals[2];
    assert.equal(Deno.statSync(heldOf(rig.root, third)).ino, edited);
    await rig.apply({});
    assert.equal(Deno.readTextFileSync(join(rig.home, "a")), "my a");
    assert.deepEqual(listed(rig).map(([number]) => number), [3]);
  }
});

Deno.test("held: nothing is held where a link of another user's leads", () => {
  const { fs } = inMemory();
  for (const folder of ["/home", "/home/app", "/secret"]) fs.mkdir(folder, 0o700);
  fs.symlink("/secret", "/home/link");
  assert.deepEqual(topsAbove(fs, "/home/link/conf"), topsAbove(fs, "/secret/conf"));
  for (const path of ["/home", "/home/app", "/home/link"]) fs.chown(path, 1000, 1000);
  assert.deepEqual(topsAbove(fs, "/home/link/conf"), []);
  assert.deepEqual(topsAbove(fs, "/home/app/conf"), ["/home", "/home/app"]);
});
