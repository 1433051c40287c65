import assert from "node:assert/strict";
import { nameKey } from "../../src/system/name_key.ts";
import { HOLDS } from "../../src/system/holds.ts";
import { WORLDS } from "../support/worlds/world.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

for (const { name, os, home, has, system } of WORLDS) {
  Deno.test(`${name}: names are compared as the folder does, also where it is not there yet`, () => {
    const { fs } = system();
    for (const folder of [home, `${home}/not/yet`]) {
      const key = nameKey(fs, folder);
      assert.equal(key("Caf\u00e9") === key("cAF\u00c9"), !has.twoCases);
      assert.equal(key("Caf\u00e9") === key("cafe\u0301"), os === "darwin");
      // One character is never two in a name of NTFS.
      if (os === "windows") assert.notEqual(key("stra\u00dfe"), key("strasse"));
      assert.notEqual(key("a"), key("b"));
    }
  });
}

Deno.test("macOS: on a volume that sees case each name is one for itself", () => {
  const { fs } = memorySystem();
  fs.mkdir("/Volumes", 0o755);
  const volume = Object.create(fs, { holds: { value: HOLDS.darwin } });
  volume.lstat = (path: string) => fs.lstat(path);
  const key = nameKey(volume, "/Volumes/Work");
  assert.notEqual(key("a"), key("A"));
  for (const name of ["both", "BOTH"]) fs.mkdir(`/Volumes/${name}`, 0o755);
  const beside = nameKey(volume, "/Volumes/both");
  assert.notEqual(beside("a"), beside("A"), "two folders, which are not one");
});
