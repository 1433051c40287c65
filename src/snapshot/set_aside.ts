/** Takes a root, sets damaged snapshots aside, so that one can be current again and gc can tell what is needed. */
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { freeName } from "../system/free_name.ts";
import { type BaseHash, basePath, Bases, sparePath } from "./base.ts";
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
import { basesIn, writeBase } from "./write_base.ts";

/** What was out of order. */
export interface SetAside {
  /** Snapshots that can't be read. */
  readonly aside: readonly SnapshotNumber[];
  /** The one that is current from now on; absent where that did not change, null where none is left. */
  readonly current?: SnapshotNumber | null;
  /** Files that snapshots share and that were made again. */
  readonly again: readonly string[];
}

/**
 * Makes again what they share, where its spare is whole. Renames damaged ones to `<n>.json.damaged`. Where the current one is among them, or none is named, the newest of
 * the others is current from now on: what was applied since stays on the disk, and `status` tells of it.
 * @throws SysError of kind "snapshot" when one is from a newer version: it stays
 */
export function setAsideDamaged(fs: FileSystem, root: string): SetAside {
  const bases = new Bases(fs, root);
  const again = writeAgain(fs, root, bases);
  const aside = snapshotNumbers(fs, root).filter((number) => isDamaged(fs, root, number, bases));
  const paths = [
    ...aside.map((number) => snapshotPath(root, number)),
    ...damagedBases(fs, root, bases),
  ];
  for (const path of paths) fs.rename(path, freeName(fs, `${path}.damaged`));
  if (paths.length > 0) fs.syncDir(snapshotFolder(root));
  if (namesOne(fs, root)) return { aside, again };
  const path = currentPath(root);
  if (fs.lstat(path)?.kind === "dir") fs.rename(path, freeName(fs, `${path}.damaged`));
  const current = snapshotNumbers(fs, root).at(-1) ?? null;
  makeCurrent(fs, root, current);
  return { aside, again, current };
}

/** Makes each base from its spare, and each spare from its base. */
function writeAgain(fs: FileSystem, root: string, bases: Bases): string[] {
  return [...basesIn(fs, root)].flatMap((base) => {
    const text = textOf(bases, base);
    return text !== null && writeBase(fs, root, base, text) ? [basePath(root, base)] : [];
  });
}

/** What snapshots shared, or would share again, and can't be read: nothing else may need its name. */
function damagedBases(fs: ReadFs, root: string, bases: Bases): string[] {
  return [...basesIn(fs, root)].filter((base) => textOf(bases, base) === null)
    .flatMap((base) => [basePath(root, base), sparePath(root, base)])
    .filter((path) => fs.lstat(path) !== null);
}

/** Null for one that can't be read. */
function textOf(bases: Bases, base: BaseHash): string | null {
  try {
    return bases.read(base).text;
  } catch (thrown) {
    if (thrown instanceof Damage) return null;
    throw thrown;
  }
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
