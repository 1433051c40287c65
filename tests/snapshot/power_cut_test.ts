/** The power fails right after a change of the history was reported as done: it is. */
import assert from "node:assert/strict";
import {
  currentNumber,
  makeCurrent,
  readCurrent,
  snapshotNumbers,
  snapshotPath,
} from "../../src/snapshot/history.ts";
import { recordSnapshot } from "../../src/snapshot/record.ts";
import { removeSnapshots } from "../../src/snapshot/remove.ts";
import { setAsideDamaged } from "../../src/snapshot/set_aside.ts";
import type { SnapshotNumber } from "../../src/snapshot/types.ts";
import type { MemoryFs } from "../../src/system/memory/memory_fs.ts";
import { NAMES, NOTHING } from "../../src/system/memory/survivors.ts";
import { inMemory } from "../support/memory.ts";
import { writeText } from "../activation/support.ts";
import { snapshot } from "./support.ts";

const ROOT = "/root/syslua";
const first = 1 as SnapshotNumber, second = 2 as SnapshotNumber;

/** Two snapshots, the second current; then a change; then a power cut. */
function check(
  what: string,
  change: (fs: MemoryFs) => unknown,
  expected: (fs: MemoryFs) => unknown,
) {
  for (const [left, survivors] of Object.entries({ nothing: NOTHING, names: NAMES })) {
    Deno.test(`power cut: ${what}, ${left} left`, () => {
      const { fs } = inMemory();
      for (const number of [first, second]) recordSnapshot(fs, ROOT, snapshot(number));
      makeCurrent(fs, ROOT, second);
      fs.disk.powerCut(NAMES);
      change(fs);
      fs.disk.powerCut(survivors);
      assert.ok(expected(fs));
    });
  }
}

check(
  "a snapshot that was recorded can be read",
  () => {},
  (fs) => readCurrent(fs, ROOT)?.number === second,
);
check(
  "the one that was made current is",
  (fs) => makeCurrent(fs, ROOT, first),
  (fs) => currentNumber(fs, ROOT) === first,
);
check(
  "none that was made current is",
  (fs) => makeCurrent(fs, ROOT, null),
  (fs) => currentNumber(fs, ROOT) === null,
);
check(
  "one that was removed is gone",
  (fs) => removeSnapshots(fs, ROOT, [first]),
  (fs) => snapshotNumbers(fs, ROOT).join() === "2",
);
check(
  "one that was set aside is",
  (fs) => {
    fs.remove(snapshotPath(ROOT, first));
    writeText(fs, snapshotPath(ROOT, first), "damaged");
    fs.disk.flush(fs.disk.root);
    fs.syncDir(`${ROOT}/snapshots`);
    setAsideDamaged(fs, ROOT);
  },
  (fs) => snapshotNumbers(fs, ROOT).join() === "2",
);
