/** Takes numbers, removes these snapshots; and what no snapshot shares any more. */
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { type BaseHash, basePath, sparePath } from "./base.ts";
import {
  currentNumber,
  readStored,
  snapshotFolder,
  snapshotNumbers,
  snapshotPath,
} from "./history.ts";
import type { SnapshotNumber } from "./types.ts";
import { basesIn } from "./write_base.ts";

/** Removes some that are not current. */
export function removeSnapshots(
  fs: FileSystem,
  root: string,
  numbers: Iterable<SnapshotNumber>,
): void {
  const current = currentNumber(fs, root);
  for (const number of numbers) {
    if (number === current) {
      throw new SysError("snapshot", `Cannot remove snapshot ${number}: it is the current one`);
    }
    fs.remove(snapshotPath(root, number));
  }
  if (fs.lstat(snapshotFolder(root)) !== null) fs.syncDir(snapshotFolder(root));
}

/** Removes the bases that no snapshot names. Call it with the exclusive lock held: who records a snapshot holds it
 * from before the base is written. */
export function removeUnneededBases(fs: FileSystem, root: string): void {
  const unneeded = unneededBases(fs, root);
  for (const base of unneeded) {
    for (const path of [basePath(root, base), sparePath(root, base)]) {
      if (fs.lstat(path) !== null) fs.remove(path);
    }
  }
  if (unneeded.size > 0) fs.syncDir(snapshotFolder(root));
}

/** None where a snapshot can't be read: it may name any. */
function unneededBases(fs: ReadFs, root: string): ReadonlySet<BaseHash> {
  const bases = new Set(basesIn(fs, root));
  for (const number of snapshotNumbers(fs, root).reverse()) {
    if (bases.size === 0) break;
    try {
      const stored = readStored(fs, root, number);
      if ("base" in stored) bases.delete(stored.base);
    } catch (thrown) {
      if (thrown instanceof SysError) return new Set();
      throw thrown;
    }
  }
  return bases;
}
