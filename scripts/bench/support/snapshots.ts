/** Takes a root in which something was applied, gives it a history: snapshots, each with one target more changed than
 * the one before, written as the program itself writes them. */
import { makeCurrent, readCurrent, snapshotFolder } from "../../../src/snapshot/history.ts";
import { recordSnapshot } from "../../../src/snapshot/record.ts";
import { noteSnapshot } from "../../../src/snapshot/summary.ts";
import type { Snapshot, SnapshotNumber } from "../../../src/snapshot/types.ts";
import { realSystem } from "../../../src/system/real.ts";

const { fs } = realSystem();

/** Adds snapshots until there are `count`; gives the bytes that they all take. The last one is current, and wants what
 * the first has wanted. */
export function recordMore(root: string, count: number): number {
  const first = readCurrent(fs, root)!;
  for (let number = first.number + 1; number <= count; number++) {
    const last = number === count;
    const snapshot = { ...first, number: number as SnapshotNumber };
    recordSnapshot(fs, root, last ? snapshot : changed(snapshot, number));
    noteSnapshot(fs, root, snapshot.number);
  }
  if (count > first.number) makeCurrent(fs, root, count as SnapshotNumber);
  return sizeOf(snapshotFolder(root));
}

/** With another object for one target. */
function changed(snapshot: Snapshot, number: number): Snapshot {
  const paths = [...snapshot.wanted.paths];
  const index = number * 7919 % paths.length;
  const { state } = paths[index];
  if (state.kind !== "link") return snapshot;
  const digits = String(number).padStart(8, "0").slice(-8);
  const to = state.to.replace(/[0-9a-z]{8}(?=[^/]*$)/, digits);
  paths[index] = { ...paths[index], state: { ...state, to } };
  return { ...snapshot, wanted: { ...snapshot.wanted, paths } };
}

/** Of all files below a folder. */
function sizeOf(path: string): number {
  const info = fs.lstat(path);
  if (info === null) return 0;
  if (info.kind !== "dir") return info.size;
  return fs.readDir(path).reduce((sum, name) => sum + sizeOf(`${path}/${name}`), 0);
}
