import assert from "node:assert/strict";
import { faultySystem } from "../../src/system/faulty.ts";
import { type FileSystem, FsError } from "../../src/system/mod.ts";
import { readOnly } from "../../src/system/read_only.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

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
  "a file has its content and exactly its mode": (fs, dir) => {
    for (const mode of [0o600, 0o644, 0o444, 0o555, 0o777, 0o666]) {
      write(fs, `${dir}/${mode}`, "text", mode);
      assert.equal(fs.lstat(`${dir}/${mode}`)?.mode, mode);
      assert.equal(fs.lstat(`${dir}/${mode}`)?.size, 4);
    }
    assert.deepEqual(fs.readFile(`${dir}/${0o600}`), bytes("text"));
  },
  "creating never writes over what is there": (fs, dir) => {
    write(fs, `${dir}/a`, "first");
    fs.symlink("nowhere", `${dir}/dangling`);
    for (const name of ["a", "dangling"]) {
      assert.throws(() => fs.create(`${dir}/${name}`, 0o644), refusal("EEXIST"));
    }
    assert.throws(() => fs.symlink("a", `${dir}/a`), refusal("EEXIST"));
    assert.throws(() => fs.mkdir(`${dir}/a`, 0o755), refusal("EEXIST"));
    assert.deepEqual(fs.readFile(`${dir}/a`), bytes("first"));
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
    assert.deepEqual([info?.mtime, info?.mode, info?.nlink], [1, 0o400, 2]);
    fs.syncDir(dir);
  },
  "an exclusive lock is one's own until it is released": async (fs, dir) => {
    const first = await fs.lock(`${dir}/lock`, "exclusive", false);
    assert.ok(first);
    assert.equal(await fs.lock(`${dir}/lock`, "exclusive", false), null);
    assert.equal(await fs.lock(`${dir}/lock`, "shared", false), null);
    first.release();
    const shared = await Promise.all([1, 2].map(() => fs.lock(`${dir}/lock`, "shared", true)));
    assert.ok(shared.every((lock) => lock !== null));
    shared.forEach((lock) => lock?.release());
  },
};

for (const [name, check] of Object.entries(CONTRACT)) {
  const worlds = {
    real: realSystem().fs,
    "faulty without a fault": faultySystem(realSystem(), { at: 0, when: "before" }).system.fs,
  };
  for (const [world, fs] of Object.entries(worlds)) {
    Deno.test({
      name: `file system, ${world}: ${name}`,
      // A lock request that waits cannot be taken back; it ends after the test's own end.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => withTemporary((dir) => check(fs, dir)),
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
