/** Takes a root, sets damaged snapshots aside, so that one can be current again and gc can tell what is needed. */
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { freeName } from "../system/free_name.ts";
import { baseNamed, basePath, Bases } from "./base.ts";
import { Damage } from "./edits.ts";
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
  const bases = new Bases(fs, root);
  const aside = snapshotNumbers(fs, root).filter((number) => isDamaged(fs, root, number, bases));
  const paths = [
    ...aside.map((number) => snapshotPath(root, number)),
    ...damagedBases(fs, root, bases),
  ];
  for (const path of paths) fs.rename(path, freeName(fs, `${path}.damaged`));
  if (paths.length > 0) fs.syncDir(snapshotFolder(root));
  if (namesOne(fs, root)) return { aside };
  const path = currentPath(root);
  const kind = fs.lstat(path)?.kind;
  if (kind !== undefined && kind !== "link") fs.rename(path, freeName(fs, `${path}.damaged`));
  const current = snapshotNumbers(fs, root).at(-1) ?? null;
  makeCurrent(fs, root, current);
  return { aside, current };
}

/** What snapshots shared, or would share again, and can't be read: nothing else may need its name. */
function damagedBases(fs: ReadFs, root: string, bases: Bases): string[] {
  if (fs.lstat(snapshotFolder(root)) === null) return [];
  return fs.readDir(snapshotFolder(root)).flatMap((name) => {
    const base = baseNamed(name);
    if (base === null) return [];
    try {
      bases.read(base);
      return [];
    } catch (thrown) {
      if (thrown instanceof Damage) return [basePath(root, base)];
      throw thrown;
    }
  });
}

function isDamaged(fs: ReadFs, root: string, number: SnapshotNumber, bases: Bases): boolean {
  try {
    readSnapshot(fs, root, number, bases);
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
