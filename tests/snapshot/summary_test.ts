/** The list of snapshots is quick to tell, and true whatever is in its index. */
import assert from "node:assert/strict";
import { recordSnapshot } from "../../src/snapshot/record.ts";
import { snapshotPath } from "../../src/snapshot/history.ts";
import { indexPath, noteSnapshot, renewIndex, summaries } from "../../src/snapshot/summary.ts";
import { tagSnapshot } from "../../src/snapshot/tag.ts";
import type { SnapshotNumber } from "../../src/snapshot/types.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import type { FileSystem, ReadFs } from "../../src/system/fs.ts";
import type { MemorySystem } from "../../src/system/memory/memory.ts";
import { inMemory } from "../support/memory.ts";
import { snapshot } from "./support.ts";

const ROOT = "/root/syslua";
const number = (n: number) => n as SnapshotNumber;

/** A machine with three snapshots, and which of them the list reads. */
function three(): { readonly system: MemorySystem; readonly read: () => string[] } {
  const system = inMemory();
  for (const n of [1, 2, 3]) {
    recordSnapshot(system.fs, ROOT, snapshot(n, { description: `apply ${n}` }));
    noteSnapshot(system.fs, ROOT, number(n));
  }
  const { fs } = system;
  const read = () => {
    const names: string[] = [];
    const watched: ReadFs = {
      lstat: (path) => fs.lstat(path),
      readFile: (path) => (names.push(path.split("/").at(-1)!), fs.readFile(path)),
      readLink: (path) => fs.readLink(path),
      readDir: (path) => fs.readDir(path),
      realPath: (path) => fs.realPath(path),
      openRead: (path) => fs.openRead(path),
    };
    summaries(watched, ROOT);
    return names;
  };
  return { system, read };
}

const described = (fs: FileSystem) => summaries(fs, ROOT).map(({ description }) => description);

function replaceIndex(fs: FileSystem, change: (lines: string[]) => string[]) {
  const lines = new TextDecoder().decode(fs.readFile(indexPath(ROOT))).split("\n");
  fs.remove(indexPath(ROOT));
  const file = fs.create(indexPath(ROOT), 0o600);
  file.write(new TextEncoder().encode(change(lines).join("\n")));
  file.close();
}

Deno.test("summary: the list reads its index and no snapshot", () => {
  const { system: { fs }, read } = three();
  assert.deepEqual(described(fs), ["apply 1", "apply 2", "apply 3"]);
  assert.deepEqual(read(), ["index"]);
  assert.equal(fs.lstat(indexPath(ROOT))?.mode, 0o600);
  tagSnapshot(fs, ROOT, number(2), "kept");
  assert.deepEqual(summaries(fs, ROOT).map(({ tags }) => tags.join()), ["", "kept", ""]);
  assert.deepEqual(read(), ["index"]);
});

Deno.test("summary: what became another file since is read", () => {
  const { system: { fs }, read } = three();
  recordSnapshot(fs, ROOT, snapshot(2, { description: "changed" }));
  assert.deepEqual(described(fs), ["apply 1", "changed", "apply 3"]);
  assert.deepEqual(read(), ["index", "2.json"]);
  fs.remove(snapshotPath(ROOT, number(3)));
  assert.deepEqual(described(fs), ["apply 1", "changed"]);
});

Deno.test("summary: an index that is damaged, gone or foreign is no index", () => {
  const { system: { fs }, read } = three();
  const damages: ((lines: string[]) => string[])[] = [
    (lines) => lines.map((line) => line.slice(0, 40)),
    (lines) => lines.map((line) => line.replace('"time"', '"tome"')),
    (lines) => [lines.join(""), "[]", "null", "7"],
    () => [],
  ];
  for (const damage of damages) {
    const whole = new TextDecoder().decode(fs.readFile(indexPath(ROOT))).split("\n");
    replaceIndex(fs, damage);
    assert.deepEqual(described(fs), ["apply 1", "apply 2", "apply 3"]);
    assert.equal(read().length, 4);
    replaceIndex(fs, () => whole);
  }
  fs.remove(indexPath(ROOT));
  assert.equal(read().length, 3);
  renewIndex(fs, ROOT);
  assert.deepEqual(read(), ["index"]);
  fs.remove(indexPath(ROOT));
  fs.mkdir(indexPath(ROOT), 0o700);
  assert.equal(read().length, 3);
});

Deno.test("summary: an index is made anew without what is gone", () => {
  const { system: { fs }, read } = three();
  for (const tag of ["a", "b", "c"]) tagSnapshot(fs, ROOT, number(1), tag);
  fs.remove(snapshotPath(ROOT, number(2)));
  renewIndex(fs, ROOT);
  const lines = new TextDecoder().decode(fs.readFile(indexPath(ROOT))).trim().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line).number), [1, 3]);
  assert.deepEqual(read(), ["index"]);
});

Deno.test("summary: what can't be written down is looked up, and stops nothing", () => {
  const { system } = three();
  recordSnapshot(system.fs, ROOT, snapshot(4, { description: "apply 4" }));
  for (let at = 1; at <= 4; at++) {
    const { system: { fs } } = faultySystem(system, { at, when: "before", code: "ENOSPC" });
    noteSnapshot(fs, ROOT, number(4));
    renewIndex(fs, ROOT);
    assert.equal(described(system.fs).at(-1), "apply 4");
  }
});
