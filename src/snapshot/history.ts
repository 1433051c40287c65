/** Takes a root, gives its snapshots: what was activated, when, and which of them is current. */
import { join } from "node:path";
import { SysError } from "../errors.ts";
import { type FileSystem, FsError, type ReadFs } from "../system/fs.ts";
import { pointLink, writeLasting } from "./files.ts";
import { formatSnapshot, parseSnapshot } from "./format.ts";
import { relocated } from "./relocate.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";
import { makeLastingFolders } from "../system/folders.ts";

/** `<root>/snapshots`. */
export function snapshotFolder(root: string): string {
  return join(root, "snapshots");
}

/** `<root>/snapshots/<n>.json`. */
export function snapshotPath(root: string, number: SnapshotNumber): string {
  return join(snapshotFolder(root), `${number}.json`);
}

/** `<root>/snapshots/current`: a link to the current one. */
export function currentPath(root: string): string {
  return join(snapshotFolder(root), "current");
}

/** The numbers that there are, ascending. */
export function snapshotNumbers(fs: ReadFs, root: string): SnapshotNumber[] {
  if (fs.lstat(snapshotFolder(root)) === null) return [];
  return fs.readDir(snapshotFolder(root))
    .flatMap((name) => /^([1-9][0-9]{0,8})\.json$/.exec(name)?.[1] ?? [])
    .map((digits) => Number(digits) as SnapshotNumber)
    .sort((a, b) => a - b);
}

/** The number that `current` names; null where nothing was applied yet.
 * @throws SysError of kind "snapshot" when it names none */
export function currentNumber(fs: ReadFs, root: string): SnapshotNumber | null {
  const path = currentPath(root);
  const info = fs.lstat(path);
  if (info === null) return null;
  const to = info.kind === "link" ? fs.readLink(path) : "";
  const number = /^([1-9][0-9]{0,8})\.json$/.exec(to)?.[1];
  if (number === undefined) throw unknownCurrent(path, "names none");
  if (fs.lstat(snapshotPath(root, Number(number) as SnapshotNumber)) === null) {
    throw unknownCurrent(path, `names ${number}, and there is none`);
  }
  return Number(number) as SnapshotNumber;
}

/** Reads one. @throws SysError of kind "snapshot" when it is missing, damaged or from a newer version */
export function readSnapshot(fs: ReadFs, root: string, number: SnapshotNumber): Snapshot {
  const path = snapshotPath(root, number);
  if (fs.lstat(path) === null) {
    const there = snapshotNumbers(fs, root);
    throw new SysError("snapshot", `Cannot read snapshot ${number}: there is none`, {
      hint: there.length === 0
        ? "nothing was applied yet"
        : `there are ${there.length}, from ${there[0]} to ${
          there.at(-1)
        }; \`sys history\` lists them`,
    });
  }
  let content: string;
  try {
    content = new TextDecoder().decode(fs.readFile(path));
  } catch (thrown) {
    if (!(thrown instanceof FsError) || thrown.code !== "EISDIR") throw thrown;
    content = "";
  }
  const snapshot = parseSnapshot(content, path, number);
  const originals = Object.entries(snapshot.originals)
    .map(([path, state]) => [path, relocated(root, state)]);
  return { ...snapshot, originals: Object.fromEntries(originals) };
}

/** The current one; null where nothing was applied yet. */
export function readCurrent(fs: ReadFs, root: string): Snapshot | null {
  const number = currentNumber(fs, root);
  if (number !== null) return readSnapshot(fs, root, number);
  if (snapshotNumbers(fs, root).length > 0) throw unknownCurrent(currentPath(root), "is gone");
  return null;
}

function unknownCurrent(path: string, why: string): SysError {
  return new SysError("snapshot", `Cannot tell which snapshot is current: ${path} ${why}`, {
    hint: "`sys repair` makes the newest one current",
  });
}

/** All of them, ascending. @throws SysError when one can't be read: gc must not guess what it needs */
export function listSnapshots(fs: ReadFs, root: string): Snapshot[] {
  return snapshotNumbers(fs, root).map((number) => readSnapshot(fs, root, number));
}

/** The number that the next one gets: none is given twice. */
export function nextNumber(fs: ReadFs, root: string): SnapshotNumber {
  return ((snapshotNumbers(fs, root).at(-1) ?? 0) + 1) as SnapshotNumber;
}

/** Writes one whole, flushed, for its owner alone: it names commands and paths of private files. It is not current
 * yet. */
export function recordSnapshot(fs: FileSystem, root: string, snapshot: Snapshot): void {
  makeLastingFolders(fs, snapshotFolder(root));
  writeLasting(fs, snapshotPath(root, snapshot.number), formatSnapshot(snapshot), 0o600);
}

/** Makes one current; null makes none current. */
export function makeCurrent(fs: FileSystem, root: string, number: SnapshotNumber | null): void {
  const path = currentPath(root);
  if (number !== null) return pointLink(fs, path, `${number}.json`);
  if (fs.lstat(path) === null) return;
  fs.remove(path);
  fs.syncDir(snapshotFolder(root));
}

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
