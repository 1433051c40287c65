import assert from "node:assert/strict";
import { inodeOf } from "../../src/system/inode.ts";

Deno.test("windows: the number of any file can be recorded, and is the same each time", () => {
  // NTFS: 16 bits that count how often an entry was used again, 48 for the entry.
  const file = (again: number, entry: number) => again * 2 ** 48 + entry;
  for (const again of [0, 1, 31, 32, 1000, 65535]) {
    const told = file(again, 123_456);
    assert.ok(Number.isSafeInteger(inodeOf(told)), String(told));
    assert.equal(inodeOf(told), inodeOf(file(again, 123_456)));
  }
  assert.equal(inodeOf(81_235), 81_235);
  assert.equal(inodeOf(null), 0);
});
