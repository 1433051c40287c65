/** What is in the cache is what it was when it was put there, or it is not used. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachedInput, hashFolder, keepInput, scratchFolder } from "../../src/inputs/cache.ts";
import type { FileInfo, FileSystem } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { removeTree } from "../../src/store/remove.ts";

const system = realSystem();

/** An input of two files in a cache of its own. */
function inCache(name: string, test: (at: { cache: string; place: string }) => void) {
  Deno.test(name, () => {
    const cache = Deno.makeTempDirSync({ prefix: "sys-cache-" });
    try {
      const folder = scratchFolder(system, cache);
      writeFileSync(join(folder, "a"), "1");
      mkdirSync(join(folder, "b"));
      writeFileSync(join(folder, "b", "c"), "2");
      const place = keepInput(system.fs, cache, folder, hashFolder(system.fs, folder));
      test({ cache, place });
    } finally {
      removeTree(system.fs, cache);
    }
  });
}

/** The file system, where the clock stands at other seconds and reading is counted. */
function seen(ctime: (path: string, info: FileInfo) => number | null) {
  const read: string[] = [];
  const fs = Object.create(system.fs) as { -readonly [Key in keyof FileSystem]: FileSystem[Key] };
  fs.lstat = (path) => {
    const info = system.fs.lstat(path);
    return info === null ? null : { ...info, ctime: ctime(path, info) };
  };
  fs.readFile = (path) => (read.push(path), system.fs.readFile(path));
  fs.openRead = (path) => (read.push(path), system.fs.openRead(path));
  return { fs, read };
}

/** Seals are made a second after what they seal. */
const later = (path: string) => path.endsWith(".seal") ? 11 : 10;

inCache("a sealed input is not read again", ({ cache, place }) => {
  const hash = hashFolder(system.fs, place);
  const { fs, read } = seen(later);
  assert.equal(cachedInput(fs, cache, hash, false), place);
  assert.ok(read.includes(join(place, "a")), "the seal of another time was taken");
  read.length = 0;
  assert.equal(cachedInput(fs, cache, hash, false), place);
  assert.deepEqual(read, [`${place}.seal`]);
  assert.equal(cachedInput(fs, cache, hash, true), place);
  assert.ok(read.includes(join(place, "a")), "it was not read for certain");
});

inCache("a seal of the same second counts for nothing", ({ cache, place }) => {
  const hash = hashFolder(system.fs, place);
  const { fs, read } = seen(() => 10);
  for (const _ of [1, 2]) {
    read.length = 0;
    assert.equal(cachedInput(fs, cache, hash, false), place);
    assert.ok(read.includes(join(place, "a")));
  }
});

inCache("where the system does not tell of changes it is read", ({ cache, place }) => {
  const hash = hashFolder(system.fs, place);
  const { fs, read } = seen(() => null);
  assert.equal(cachedInput(fs, cache, hash, false), place);
  assert.ok(read.includes(join(place, "a")));
});

inCache("an edit that hides its time is noticed", ({ cache, place }) => {
  const hash = hashFolder(system.fs, place);
  const file = join(place, "a");
  assert.equal(cachedInput(seen(later).fs, cache, hash, false), place);
  const { atime, mtime, mode, size } = statSync(file);
  chmodSync(file, 0o644);
  writeFileSync(file, "2");
  chmodSync(file, mode);
  utimesSync(file, atime, mtime);
  assert.equal(statSync(file).size, size);
  const edited = seen((path) => path === file ? 12 : later(path)).fs;
  assert.equal(cachedInput(edited, cache, hash, false), null);
  // Even if change times could be forged.
  assert.equal(cachedInput(seen(later).fs, cache, hash, true), null);
});
