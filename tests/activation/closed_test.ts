import assert from "node:assert/strict";
import { closedFolders } from "../../src/activation/closed.ts";
import type { WantedPath } from "../../src/plan/types.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

/** A folder, whose it is, its mode, and whether a path in it (or in a folder to be made there) can't be made. */
const FOLDERS: readonly (readonly [string, uid: number, mode: number, closed: boolean])[] = [
  ["/etc", 0, 0o755, true],
  ["/home/maria", 1000, 0o755, false],
  ["/home/other", 1001, 0o700, true],
  ["/srv", 0, 0o775, false],
  ["/tmp", 0, 0o1777, false],
];

function world(elevated: boolean) {
  const { fs } = memorySystem();
  fs.mkdir("/home", 0o755);
  for (const [path, uid, mode] of FOLDERS) {
    fs.mkdir(path, mode);
    fs.chown(path, uid, uid);
  }
  fs.symlink("/etc", "/home/maria/link");
  const host = { os: "linux" as const, uid: elevated ? 0 : 1000, elevated };
  return (path: string, more: Partial<WantedPath> = {}) =>
    closedFolders(fs, host, [{ path, ...more } as WantedPath]).get(path) ?? null;
}

for (const [folder, , , closed] of FOLDERS) {
  Deno.test(`a path in ${folder} ${closed ? "can't" : "may"} be made by an ordinary user`, () => {
    const expected = closed ? folder : null;
    assert.equal(world(false)(`${folder}/a`), expected);
    assert.equal(world(false)(`${folder}/new/a`), expected);
    assert.equal(world(true)(`${folder}/a`), null);
  });
}

Deno.test("the folder behind a link decides, and what is done as its owner is left out", () => {
  assert.equal(world(false)("/home/maria/link/a"), "/etc");
  assert.equal(world(false)("/etc/a", { owner: { uid: 0, gid: 0 } }), null);
});
