/** Takes a root, sets damaged snapshots aside, so that one can be current again and gc can tell what is needed. */
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { freeName } from "../system/free_name.ts";
import {
  currentNumber,
  currentPath,
  makeCurrent,
  readSnapshot,
  snapshotFolder,
  snapshotNumbers,
  snapshotPath,
} from "./history.ts";
import type { SnapshotNumber } from "./types.ts";

/** What was out of order. */
export interface SetAside {
  /** Snapshots that can't be read. */
  readonly aside: readonly SnapshotNumber[];
  /** The one that is current from now on; absent where that did not change, null where none is left. */
  readonly current?: SnapshotNumber | null;
}

/**
 * Renames damaged ones to `<n>.json.damaged`. Where the current one is among them, or none is named, the newest of
 * the others is current from now on: what was applied since stays on the disk, and `status` tells of it.
 * @throws SysError of kind "snapshot" when one is from a newer version: it stays
 */
export function setAsideDamaged(fs: FileSystem, root: string): SetAside {
  const aside = snapshotNumbers(fs, root).filter((number) => isDamaged(fs, root, number));
  for (const number of aside) {
    const path = snapshotPath(root, number);
    fs.rename(path, freeName(fs, `${path}.damaged`));
  }
  if (aside.length > 0) fs.syncDir(snapshotFolder(root));
  if (namesOne(fs, root)) return { aside };
  const path = currentPath(root);
  const kind = fs.lstat(path)?.kind;
  if (kind !== undefined && kind !== "link") fs.rename(path, freeName(fs, `${path}.damaged`));
  const current = snapshotNumbers(fs, root).at(-1) ?? null;
  makeCurrent(fs, root, current);
  return { aside, current };
}

function isDamaged(fs: ReadFs, root: string, number: SnapshotNumber): boolean {
  try {
    readSnapshot(fs, root, number);
    return false;
  } catch (thrown) {
    if (thrown instanceof SysError && /it is damaged/.test(thrown.message)) return true;
    throw thrown;
  }
}

/** Whether `current` is in order: it names a snapshot, or there is none. */
function namesOne(fs: ReadFs, root: string): boolean {
  try {
    return currentNumber(fs, root) !== null || snapshotNumbers(fs, root).length === 0;
  } catch (thrown) {
    if (thrown instanceof SysError && thrown.kind === "snapshot") return false;
    throw thrown;
  }
}
