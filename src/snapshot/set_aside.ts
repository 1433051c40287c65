/** Takes a root, sets damaged snapshots aside, so that gc can tell again what is needed. */
import { SysError } from "../errors.ts";
import type { FileSystem } from "../system/fs.ts";
import {
  currentNumber,
  readSnapshot,
  snapshotFolder,
  snapshotNumbers,
  snapshotPath,
} from "./history.ts";
import type { SnapshotNumber } from "./types.ts";

/**
 * Renames each to `<n>.json.damaged`, and gives their numbers. What only they need goes with the next gc.
 * @throws SysError of kind "snapshot" when the current one is damaged, or one is from a newer version: those stay
 */
export function setAsideDamaged(fs: FileSystem, root: string): SnapshotNumber[] {
  const current = currentNumber(fs, root);
  const aside = snapshotNumbers(fs, root).filter((number) => {
    try {
      readSnapshot(fs, root, number);
      return false;
    } catch (thrown) {
      const damaged = thrown instanceof SysError && /it is damaged/.test(thrown.message);
      if (!damaged || number === current) throw thrown;
      const path = snapshotPath(root, number);
      fs.rename(path, `${path}.damaged`);
      return true;
    }
  });
  if (aside.length > 0) fs.syncDir(snapshotFolder(root));
  return aside;
}
