/** Permissions that a file system can't hold are those of what was made here, wherever it goes meanwhile. */
import assert from "node:assert/strict";
import type { FileSystem } from "../../src/system/fs.ts";
import { modedFs } from "../../src/system/moded_fs.ts";
import { WORLDS } from "../support/worlds/world.ts";

const HOME = "/c/Users/maria";

function world() {
  const { fs } = WORLDS.find(({ name }) => name === "windows")!.system();
  const moded = modedFs(fs, () => undefined);
  const make = (path: string, mode: number) => moded.create(`${HOME}/${path}`, mode).close();
  const modeOf = (path: string, of: FileSystem = moded) => of.lstat(`${HOME}/${path}`)?.mode;
  return { fs, moded, make, modeOf };
}

Deno.test("windows: permissions go with what is renamed, also below a folder", () => {
  const { moded, make, modeOf } = world();
  moded.mkdir(`${HOME}/folder`, 0o700);
  make("folder/tool", 0o755);
  make("other", 0o644);
  moded.rename(`${HOME}/folder`, `${HOME}/moved`);
  assert.deepEqual([modeOf("moved"), modeOf("moved/tool")], [0o700, 0o755]);
  moded.rename(`${HOME}/moved/tool`, `${HOME}/other`);
  assert.deepEqual([modeOf("other"), modeOf("moved/tool")], [0o755, undefined]);
});

Deno.test("windows: another name of a file has its permissions", () => {
  const { moded, make, modeOf } = world();
  make("tool", 0o755);
  moded.link(`${HOME}/tool`, `${HOME}/twin`);
  assert.equal(modeOf("twin"), 0o755);
});

Deno.test("windows: what takes the name of something that was removed has its own permissions", () => {
  const { fs, moded, make, modeOf } = world();
  make("tool", 0o755);
  moded.remove(`${HOME}/tool`);
  fs.create(`${HOME}/tool`, 0o644).close();
  assert.equal(modeOf("tool"), 0o666);
});

Deno.test("windows: what somebody else made read-only or writable meanwhile is so", () => {
  const { fs, make, modeOf } = world();
  make("tool", 0o755);
  make("closed", 0o555);
  assert.deepEqual([modeOf("tool"), modeOf("closed")], [0o755, 0o555]);
  fs.chmod(`${HOME}/tool`, 0o444);
  fs.chmod(`${HOME}/closed`, 0o644);
  assert.deepEqual([modeOf("tool"), modeOf("closed")], [0o444, 0o666]);
});
