/** Takes a root in which something was applied, gives it a history: snapshots, each with one target more changed than
 * the one before, written as the program itself writes them. */
import { makeCurrent, readCurrent, snapshotFolder } from "../../../src/snapshot/history.ts";
import { recordSnapshot } from "../../../src/snapshot/record.ts";
import { noteSnapshot } from "../../../src/snapshot/summary.ts";
import type { Snapshot, SnapshotNumber } from "../../../src/snapshot/types.ts";
import type { ObjectName } from "../../../src/store/names.ts";
import { realSystem } from "../../../src/system/real.ts";

const { fs } = realSystem();

/** Adds snapshots until there are `count`; gives the bytes that they all take. The last one is current, and wants what
 * the first has wanted. */
export function recordMore(root: string, count: number): number {
  const first = readCurrent(fs, root)!;
  let next = first;
  for (let number = first.number + 1; number <= count; number++) {
    next = number === count ? first : changed(next, number);
    recordSnapshot(fs, root, { ...next, number: number as SnapshotNumber });
    noteSnapshot(fs, root, number as SnapshotNumber);
  }
  if (count > first.number) makeCurrent(fs, root, count as SnapshotNumber);
  return sizeOf(snapshotFolder(root));
}

/** With another object for one target. */
function changed(snapshot: Snapshot, number: number): Snapshot {
  const { wanted } = snapshot;
  const index = number * 7919 % wanted.paths.length;
  const { state } = wanted.paths[index];
  if (state.kind !== "link") return snapshot;
  const to = withDigits(state.to, number);
  const paths = wanted.paths.with(index, { ...wanted.paths[index], state: { ...state, to } });
  const at = index % wanted.objects.length;
  const object = withDigits(wanted.objects[at], number) as ObjectName;
  return { ...snapshot, wanted: { ...wanted, paths, objects: wanted.objects.with(at, object) } };
}

/** Another object's name, or a path in it. */
function withDigits(name: string, number: number): string {
  return name.replace(/[0-9a-z]{8}(?=[^/]*$)/, String(number).padStart(8, "0").slice(-8));
}

/** Of all files below a folder. */
function sizeOf(path: string): number {
  const info = fs.lstat(path);
  if (info === null) return 0;
  if (info.kind !== "dir") return info.size;
  return fs.readDir(path).reduce((sum, name) => sum + sizeOf(`${path}/${name}`), 0);
}
