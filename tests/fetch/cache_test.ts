/** What of a cache is sys.lua's, and may be deleted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cached, downloadsBefore } from "../../src/fetch/cache.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

const SHA = `sha256-${"0a".repeat(32)}`;
const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const OWN = [
  `downloads/${SHA}`,
  `downloads/sha512-${"0a".repeat(64)}`,
  `downloads/part/${SHA}`,
  `downloads/part/url-${"0a".repeat(32)}.json`,
  `downloads/lock/${SHA}`,
  `git/${HASH}`,
  `git/${HASH}.lock`,
  `inputs/${HASH}`,
  `inputs/${HASH}.seal`,
  "inputs/.tmp-0cc3aa3b-5f3a-4c0b-9a55-0123456789ab",
];
const OTHERS = ["downloads/photo.jpg", "downloads/part/x", "git/project", "inputs/.tmp-mine", "x"];

function cacheWith(paths: readonly string[]) {
  const { fs } = memorySystem();
  for (const folder of ["", "downloads", "downloads/part", "downloads/lock", "git", "inputs"]) {
    fs.mkdir(join("/cache", folder), 0o755);
  }
  for (const path of paths) fs.create(join("/cache", path), 0o644).close();
  return fs;
}

Deno.test("cache: only what has a name that sys.lua gives is its own", () => {
  const fs = cacheWith([...OWN, ...OTHERS]);
  assert.deepEqual(
    cached(fs, "/cache").entries.sort(),
    OWN.map((path) => join("/cache", path)).sort(),
  );
  assert.deepEqual(cached(fs, "/nothing").entries, []);
});

Deno.test("cache: old downloads of sys.lua's are told, new ones and those of others are not", () => {
  const fs = cacheWith([...OWN, ...OTHERS]);
  const old = ["downloads/photo.jpg", `downloads/${SHA}`, `downloads/part/${SHA}`];
  for (const path of old) fs.utime(join("/cache", path), 1000);
  assert.deepEqual(downloadsBefore(fs, "/cache", 1500), [
    `/cache/downloads/${SHA}`,
    `/cache/downloads/part/${SHA}`,
  ]);
});
