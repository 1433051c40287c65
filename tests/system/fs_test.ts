/** What every file system must do, tried on each of them. A new operation gets its cases here. */
import assert from "node:assert/strict";
import { faultySystem } from "../../src/system/faulty.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { type FileSystem, FsError, nativePaths } from "../../src/system/mod.ts";
import { heldMode } from "../../src/system/holds.ts";
import { readOnly } from "../../src/system/read_only.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";
import { titleIn, WORLDS as SIMULATED } from "../support/worlds/world.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const write = (fs: FileSystem, path: string, text: string, mode = 0o644) => {
  const file = fs.create(path, mode);
  file.write(bytes(text));
  file.sync();
  file.close();
};
const refusal = (code: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof FsError);
  assert.equal(thrown.code, code);
  return true;
};

/** What every file system must do. */
const CONTRACT: Record<string, (fs: FileSystem, dir: string) => void | Promise<void>> = {
  "nothing is there": (fs, dir) => {
    assert.equal(fs.lstat(`${dir}/x`), null);
    assert.throws(() => fs.readFile(`${dir}/x`), refusal("ENOENT"));
    assert.throws(() => fs.readDir(`${dir}/x`), refusal("ENOENT"));
    write(fs, `${dir}/file`, "");
    assert.equal(fs.lstat(`${dir}/file/below`), null);
  },
  "a file has its content and exactly its mode, as far as that can be held": (fs, dir) => {
    for (const mode of [0o600, 0o644, 0o444, 0o555, 0o777, 0o666]) {
      write(fs, `${dir}/${mode}`, "text", mode);
      assert.equal(fs.lstat(`${dir}/${mode}`)?.mode, heldMode(fs.holds, "file", mode));
      assert.equal(fs.lstat(`${dir}/${mode}`)?.size, 4);
    }
    assert.deepEqual(fs.readFile(`${dir}/${0o600}`), bytes("text"));
  },
  "creating never writes over what is there": (fs, dir) => {
    write(fs, `${dir}/a`, "first");
    assert.throws(() => fs.create(`${dir}/a`, 0o644), refusal("EEXIST"));
    assert.throws(() => fs.mkdir(`${dir}/a`, 0o755), refusal("EEXIST"));
    assert.deepEqual(fs.readFile(`${dir}/a`), bytes("first"));
  },
  "a link is not made over what is there, nor written through": (fs, dir) => {
    write(fs, `${dir}/a`, "first");
    fs.symlink("nowhere", `${dir}/dangling`);
    assert.throws(() => fs.create(`${dir}/dangling`, 0o644), refusal("EEXIST"));
    assert.throws(() => fs.symlink("a", `${dir}/a`), refusal("EEXIST"));
  },
  "links are seen, not followed": (fs, dir) => {
    write(fs, `${dir}/a`, "x");
    fs.symlink("a", `${dir}/b`);
    assert.equal(fs.lstat(`${dir}/b`)?.kind, "link");
    assert.equal(fs.readLink(`${dir}/b`), "a");
    assert.equal(fs.realPath(`${dir}/b`), `${dir}/a`);
    fs.remove(`${dir}/b`);
    assert.notEqual(fs.lstat(`${dir}/a`), null);
  },
  "what is open itself is no link, and stays what it is": (fs, dir) => {
    write(fs, `${dir}/a`, "x", 0o600);
    fs.symlink("a", `${dir}/b`);
    assert.throws(() => fs.openItself(`${dir}/b`), refusal("ELOOP"));
    const folder = fs.openItself(dir);
    assert.equal(folder.info().kind, "dir");
    folder.close();
    const made = fs.create(`${dir}/c`, 0o600);
    fs.rename(`${dir}/c`, `${dir}/moved`);
    fs.symlink("a", `${dir}/c`);
    made.chmod(0o640);
    made.utime(1000);
    const held = (mode: number) => heldMode(fs.holds, "file", mode);
    assert.equal(made.info().mode, held(0o640));
    made.close();
    assert.equal(fs.lstat(`${dir}/moved`)?.mode, held(0o640));
    assert.equal(fs.lstat(`${dir}/moved`)?.mtime, 1000);
    assert.equal(fs.lstat(`${dir}/a`)?.mode, held(0o600));
    const opened = fs.openItself(`${dir}/moved`);
    assert.equal(opened.read(new Uint8Array(4)), 0);
    opened.close();
  },
  "where all can be flushed it is, and what is not there can't be": (fs, dir) => {
    write(fs, `${dir}/a`, "x");
    assert.equal(fs.canSyncAll(`${dir}/nothing`), false);
    if (!fs.canSyncAll(dir)) return;
    fs.syncAll(dir);
    fs.syncAll(`${dir}/a`);
    assert.throws(() => fs.syncAll(`${dir}/nothing`), FsError);
  },
  "names come sorted by their bytes": (fs, dir) => {
    const names = ["b", "a", "é", "Z", "\u{1F600}", "\uFB01", "a b"];
    for (const name of names) write(fs, `${dir}/${name}`, "");
    assert.deepEqual(fs.readDir(dir), ["Z", "a", "a b", "b", "é", "\uFB01", "\u{1F600}"]);
  },
  "renaming replaces at once": (fs, dir) => {
    write(fs, `${dir}/a`, "new");
    write(fs, `${dir}/b`, "old");
    fs.rename(`${dir}/a`, `${dir}/b`);
    assert.deepEqual(fs.readFile(`${dir}/b`), bytes("new"));
    assert.equal(fs.lstat(`${dir}/a`), null);
  },
  "only empty folders are removed": (fs, dir) => {
    fs.mkdir(`${dir}/d`, 0o755);
    write(fs, `${dir}/d/f`, "");
    assert.throws(() => fs.remove(`${dir}/d`), FsError);
    fs.remove(`${dir}/d/f`);
    fs.remove(`${dir}/d`);
    assert.equal(fs.lstat(`${dir}/d`), null);
  },
  "appending adds at the end": (fs, dir) => {
    for (const text of ["a", "b"]) {
      const file = fs.append(`${dir}/log`, 0o600);
      file.write(bytes(text));
      file.close();
    }
    assert.deepEqual(fs.readFile(`${dir}/log`), bytes("ab"));
  },
  "times, modes and hard links": (fs, dir) => {
    write(fs, `${dir}/a`, "");
    fs.utime(`${dir}/a`, 1);
    fs.chmod(`${dir}/a`, 0o400);
    fs.link(`${dir}/a`, `${dir}/b`);
    const info = fs.lstat(`${dir}/b`);
    const mode = heldMode(fs.holds, "file", 0o400);
    assert.deepEqual([info?.mtime, info?.mode, info?.nlink], [1, mode, 2]);
    fs.syncDir(dir);
  },
  "a path is followed through links, up and down": (fs, dir) => {
    fs.mkdir(`${dir}/a`, 0o755);
    fs.mkdir(`${dir}/a/b`, 0o755);
    write(fs, `${dir}/a/b/file`, "x");
    fs.symlink("a/b", `${dir}/relative`);
    fs.symlink(`${dir}/a`, `${dir}/absolute`);
    fs.symlink("../../relative/file", `${dir}/a/b/up`);
    for (const path of ["relative/file", "absolute/b/file", "a/b/up", "relative/../b/file"]) {
      assert.equal(fs.realPath(`${dir}/${path}`), `${dir}/a/b/file`, path);
      assert.deepEqual(fs.readFile(`${dir}/${path}`), bytes("x"), path);
    }
    assert.deepEqual(fs.readDir(`${dir}/relative`), ["file", "up"]);
    fs.mkdir(`${dir}/relative/made`, 0o755);
    assert.equal(fs.lstat(`${dir}/a/b/made`)?.kind, "dir");
  },
  "links that lead nowhere, and round in circles": (fs, dir) => {
    fs.symlink("nowhere", `${dir}/dangling`);
    fs.symlink("two", `${dir}/one`);
    fs.symlink("one", `${dir}/two`);
    assert.throws(() => fs.readFile(`${dir}/dangling`), refusal("ENOENT"));
    assert.throws(() => fs.readFile(`${dir}/one`), refusal("ELOOP"));
    assert.throws(() => fs.lstat(`${dir}/one/below`), refusal("ELOOP"));
    assert.equal(fs.lstat(`${dir}/dangling/below`), null);
    assert.throws(() => fs.mkdir(`${dir}/dangling`, 0o755), refusal("EEXIST"));
    fs.append(`${dir}/dangling`, 0o644).close();
    assert.equal(fs.lstat(`${dir}/nowhere`)?.kind, "file");
  },
  "what is no folder has nothing in it": (fs, dir) => {
    write(fs, `${dir}/file`, "");
    assert.throws(() => fs.create(`${dir}/file/x`, 0o644), refusal("ENOTDIR"));
    assert.throws(() => fs.readDir(`${dir}/file`), refusal("ENOTDIR"));
    assert.throws(() => fs.create(`${dir}/none/x`, 0o644), refusal("ENOENT"));
    assert.throws(() => fs.mkdir(`${dir}/none/x`, 0o755), refusal("ENOENT"));
    assert.throws(() => fs.readFile(dir), refusal("EISDIR"));
    assert.throws(() => fs.append(dir, 0o644), refusal("EISDIR"));
    assert.throws(() => fs.create(`${dir}/${"x".repeat(300)}`, 0o644), refusal("ENAMETOOLONG"));
  },
  "what a rename may replace": (fs, dir) => {
    fs.mkdir(`${dir}/full`, 0o755);
    fs.mkdir(`${dir}/empty`, 0o755);
    write(fs, `${dir}/full/f`, "x");
    write(fs, `${dir}/file`, "y");
    assert.throws(() => fs.rename(`${dir}/none`, `${dir}/x`), refusal("ENOENT"));
    assert.throws(() => fs.rename(`${dir}/file`, `${dir}/full`), refusal("EISDIR"));
    assert.throws(() => fs.rename(`${dir}/full`, `${dir}/file`), refusal("ENOTDIR"));
    assert.throws(() => fs.rename(`${dir}/empty`, `${dir}/full`), refusal("ENOTEMPTY"));
    assert.throws(() => fs.rename(`${dir}/full`, `${dir}/full/inside`), FsError);
    fs.rename(`${dir}/full`, `${dir}/empty`);
    assert.deepEqual(fs.readFile(`${dir}/empty/f`), bytes("x"));
  },
  "renaming over another name of the same file does nothing, or takes the former name away": (
    fs,
    dir,
  ) => {
    write(fs, `${dir}/file`, "y");
    fs.link(`${dir}/file`, `${dir}/twin`);
    fs.rename(`${dir}/file`, `${dir}/twin`);
    assert.deepEqual(fs.readFile(`${dir}/twin`), bytes("y"));
    assert.deepEqual(fs.readDir(dir).filter((name) => name !== "file"), ["twin"]);
  },
  "hard links are names of one file": (fs, dir) => {
    write(fs, `${dir}/a`, "x");
    fs.link(`${dir}/a`, `${dir}/b`);
    assert.throws(() => fs.link(`${dir}/a`, `${dir}/b`), refusal("EEXIST"));
    assert.throws(() => fs.link(dir, `${dir}/c`), refusal("EPERM"));
    assert.throws(() => fs.link(`${dir}/none`, `${dir}/c`), refusal("ENOENT"));
    const file = fs.append(`${dir}/b`, 0o644);
    file.write(bytes("y"));
    file.close();
    fs.remove(`${dir}/b`);
    assert.deepEqual(fs.readFile(`${dir}/a`), bytes("xy"));
    assert.equal(fs.lstat(`${dir}/a`)?.nlink, 1);
  },
  "a folder counts the folders in it": (fs, dir) => {
    fs.mkdir(`${dir}/d`, 0o755);
    fs.mkdir(`${dir}/d/e`, 0o755);
    write(fs, `${dir}/d/f`, "");
    assert.ok([1, 3].includes(fs.lstat(`${dir}/d`)?.nlink ?? 0), "where folders have counts");
  },
  "an open file is read from anywhere, also when its name is gone": (fs, dir) => {
    write(fs, `${dir}/a`, "hello");
    const file = fs.openRead(`${dir}/a`);
    fs.remove(`${dir}/a`);
    const buffer = new Uint8Array(3);
    assert.equal(file.read(buffer), 3);
    file.seek(1);
    assert.equal(file.read(buffer), 3);
    assert.deepEqual(buffer, bytes("ell"));
    assert.equal(file.read(buffer), 1);
    assert.equal(file.read(buffer), 0);
    file.close();
    const folder = fs.openRead(dir);
    assert.throws(() => folder.read(buffer), refusal("EISDIR"));
    folder.close();
  },
  "what is there can be flushed, and what is not cannot": (fs, dir) => {
    fs.mkdir(`${dir}/d`, 0o755);
    fs.syncDir(`${dir}/d`);
    assert.throws(() => fs.syncDir(`${dir}/none`), refusal("ENOENT"));
  },
  "an exclusive lock is one's own until it is released": async (fs, dir) => {
    const order: string[] = [];
    const first = await fs.lock(`${dir}/lock`, "exclusive");
    const shared = Promise.all([1, 2].map(async () => {
      const lock = await fs.lock(`${dir}/lock`, "shared");
      order.push("shared");
      return lock;
    }));
    // Another lock is asked for and granted meanwhile.
    (await fs.lock(`${dir}/other`, "exclusive")).release();
    order.push("released");
    first.release();
    (await shared).forEach((lock) => lock.release());
    assert.deepEqual(order, ["released", "shared", "shared"]);
  },
};

/** What a user who is not root may not. */
const ORDINARY: Record<string, (fs: FileSystem, dir: string) => void | Promise<void>> = {
  "permissions count": (fs, dir) => {
    write(fs, `${dir}/secret`, "x", 0o200);
    assert.throws(() => fs.readFile(`${dir}/secret`), refusal("EACCES"));
    write(fs, `${dir}/kept`, "x", 0o400);
    assert.throws(() => fs.append(`${dir}/kept`, 0o644), refusal("EACCES"));
    fs.mkdir(`${dir}/closed`, 0o755);
    write(fs, `${dir}/closed/file`, "x");
    fs.chmod(`${dir}/closed`, 0o555);
    assert.throws(() => fs.create(`${dir}/closed/new`, 0o644), refusal("EACCES"));
    assert.throws(() => fs.remove(`${dir}/closed/file`), refusal("EACCES"));
    assert.throws(() => fs.rename(`${dir}/closed/file`, `${dir}/out`), refusal("EACCES"));
    assert.throws(() => fs.rename(`${dir}/kept`, `${dir}/closed/in`), refusal("EACCES"));
    fs.chmod(`${dir}/closed`, 0o600);
    assert.throws(() => fs.lstat(`${dir}/closed/file`), refusal("EACCES"));
    fs.chmod(`${dir}/closed`, 0o300);
    assert.throws(() => fs.readDir(`${dir}/closed`), refusal("EACCES"));
    fs.chmod(`${dir}/closed`, 0o755);
  },
  "a folder that may not be written does not move to another one": (fs, dir) => {
    fs.mkdir(`${dir}/there`, 0o755);
    fs.mkdir(`${dir}/folder`, 0o555);
    assert.throws(() => fs.rename(`${dir}/folder`, `${dir}/there/folder`), refusal("EACCES"));
    fs.rename(`${dir}/folder`, `${dir}/renamed`);
  },
  "owners are root's to give": (fs, dir) => {
    write(fs, `${dir}/mine`, "x");
    assert.throws(() => fs.chown(`${dir}/mine`, 0, 0), refusal("EPERM"));
    assert.throws(() => fs.chmod("/", 0o755), refusal("EPERM"));
  },
};

type Check = (fs: FileSystem, dir: string) => void | Promise<void>;

interface World {
  readonly name: string;
  readonly ignore?: boolean;
  /** Checks that it does not pass: it takes no locks, and with less than all permissions the runtime itself looks at
   * `..` before it looks at links. */
  readonly without?: RegExp;
  readonly ordinary: boolean;
  readonly run: (check: (fs: FileSystem, dir: string) => void | Promise<void>) => Promise<void>;
}

/** Runs a check in a fresh home of a system in memory. */
function inMemory(uid: number): World["run"] {
  return async (check) => {
    const root = memorySystem();
    root.fs.mkdir("/home", 0o755);
    root.fs.chown("/home", uid, uid);
    await check(memorySystem({ disk: root.fs.disk, user: { uid, gid: uid } }).fs, "/home");
  };
}

/** Checks that make links to files. */
const OF_LINKS = /a link|links are|links that|what is open itself|through links/;
const real = realSystem();
const { fromNative } = nativePaths(real.host.os);
const without = { at: 0, when: "before" } as const;
const WORLDS: readonly World[] = [
  {
    name: "real",
    without: real.fs.canLinkFiles() ? undefined : OF_LINKS,
    ordinary: !real.host.elevated && real.host.os !== "windows",
    run: (check) => withTemporary((dir) => check(real.fs, fromNative(dir))),
  },
  {
    name: "faulty without a fault",
    ordinary: false,
    run: (check) =>
      withTemporary((dir) => check(faultySystem(real, without).system.fs, fromNative(dir))),
  },
  {
    name: `an agent of root's${real.host.elevated ? "" : " (needs root)"}`,
    ordinary: true,
    ignore: !real.host.elevated,
    without: /lock|followed through links|round in circles/,
    run: (check) =>
      withTemporary(async (dir) => {
        real.fs.chown(dir, 12345, 12345);
        await check(await real.fs.as({ uid: 12345, gid: 12345 }), dir);
      }),
  },
  { name: "memory, as root", ordinary: false, run: inMemory(0) },
  { name: "memory, as an ordinary user", ordinary: true, run: inMemory(1000) },
  ...SIMULATED.filter(({ os }) => os !== "linux").map((world) => ({
    name: world.name,
    without: world.has.fileLinks ? undefined : OF_LINKS,
    ordinary: false,
    run: async (check: Check) => await check(world.system().fs, world.home),
  })),
];

for (const { name: world, ordinary, ignore, without, run } of WORLDS) {
  for (const [name, check] of Object.entries({ ...CONTRACT, ...(ordinary ? ORDINARY : {}) })) {
    if (without?.test(name)) continue;
    Deno.test({
      name: `${titleIn(world, "file system")}: ${name}`,
      ignore,
      // The agent that acts for another user stays for the next check.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => run(check),
    });
  }
}

Deno.test("a faulty system dies at the chosen operation, and stays dead", () =>
  withTemporary((dir) => {
    for (const when of ["before", "after"] as const) {
      const { system: { fs }, operations } = faultySystem(realSystem(), { at: 2, when });
      fs.mkdir(`${dir}/${when}1`, 0o755);
      assert.throws(() => fs.mkdir(`${dir}/${when}2`, 0o755), /died/);
      assert.throws(() => fs.lstat(dir), /off/);
      assert.throws(() => fs.mkdir(`${dir}/${when}3`, 0o755), /off/);
      assert.equal(operations(), 2);
      const there = (name: string) => realSystem().fs.lstat(`${dir}/${name}`) !== null;
      assert.deepEqual([1, 2, 3].map((n) => there(`${when}${n}`)), [true, when === "after", false]);
    }
  }));

Deno.test("a faulty system can refuse one operation and go on", () =>
  withTemporary((dir) => {
    const { system: { fs } } = faultySystem(realSystem(), {
      at: 2,
      when: "before",
      code: "ENOSPC",
    });
    const file = fs.create(`${dir}/a`, 0o644);
    assert.throws(() => file.write(bytes("x")), /disk is full/);
    file.write(bytes("y"));
    file.close();
    assert.deepEqual(fs.readFile(`${dir}/a`), bytes("y"));
  }));

Deno.test("a read-only world changes nothing", () =>
  withTemporary((dir) => {
    const { fs } = readOnly(realSystem());
    const attempts: (() => unknown)[] = [
      () => fs.create(`${dir}/a`, 0o644),
      () => fs.append(`${dir}/a`, 0o644),
      () => fs.symlink("a", `${dir}/a`),
      () => fs.mkdir(`${dir}/a`, 0o755),
      () => fs.rename(dir, `${dir}2`),
      () => fs.remove(dir),
      () => fs.chmod(dir, 0o755),
      () => fs.chown(dir, 0, 0),
      () => fs.utime(dir, 1),
      () => fs.link(dir, `${dir}2`),
    ];
    for (const attempt of attempts) assert.throws(attempt, refusal("EROFS"));
    assert.deepEqual(fs.readDir(dir), []);
  }));

Deno.test("modes are exact whatever the umask", () =>
  withTemporary((dir) => {
    const script = `
      import { RealFs } from ${JSON.stringify(import.meta.resolve("../../src/system/real_fs.ts"))};
      const fs = new RealFs();
      fs.create(${JSON.stringify(`${dir}/file`)}, 0o644).close();
      fs.mkdir(${JSON.stringify(`${dir}/folder`)}, 0o755);
    `;
    const { code, stderr } = new Deno.Command("sh", {
      args: ["-c", 'umask 077; exec "$0" eval --no-check "$1"', Deno.execPath(), script],
    }).outputSync();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { fs } = realSystem();
    assert.deepEqual([fs.lstat(`${dir}/file`)?.mode, fs.lstat(`${dir}/folder`)?.mode], [
      0o644,
      0o755,
    ]);
  }));
