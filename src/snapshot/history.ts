/** Takes a root, gives its snapshots: what was activated, when, and which of them is current. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { Bases } from "./base.ts";
import { Damage, editedLists } from "./edits.ts";
import { writeLasting } from "./files.ts";
import { damaged, parseStored, type Shared, type Stored } from "./format.ts";
import { type Lists, listsOf, type Rest, withLists } from "./lists.ts";
import { whyNoFile } from "./no_file.ts";
import { relocated } from "./relocate.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";

/** `<root>/snapshots`. */
export function snapshotFolder(root: string): string {
  return join(root, "snapshots");
}

/** `<root>/snapshots/<n>.json`. */
export function snapshotPath(root: string, number: SnapshotNumber): string {
  return join(snapshotFolder(root), `${number}.json`);
}

/** `<root>/snapshots/current`: a file with the name of the current one, `12.json`. Earlier versions made a link to it. */
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
  const kind = fs.lstat(path)?.kind;
  if (kind === undefined) return null;
  const to = kind === "link"
    ? fs.readLink(path)
    : kind === "file"
    ? new TextDecoder().decode(fs.readFile(path))
    : "";
  const number = /^([1-9][0-9]{0,8})\.json\n?$/.exec(to)?.[1];
  if (number === undefined) throw unknownCurrent(path, "names none");
  if (fs.lstat(snapshotPath(root, Number(number) as SnapshotNumber)) === null) {
    throw unknownCurrent(path, `names ${number}, and there is none`);
  }
  return Number(number) as SnapshotNumber;
}

/** Reads one. @param bases where several are read, to read what they share once
 * @throws SysError of kind "snapshot" when it is missing, damaged or from a newer version */
export function readSnapshot(
  fs: ReadFs,
  root: string,
  number: SnapshotNumber,
  bases: Bases = new Bases(fs, root),
): Snapshot {
  const stored = readStored(fs, root, number);
  if ("snapshot" in stored) return withOriginalsIn(root, stored.snapshot);
  return withOriginalsIn(root, withLists(stored.rest, sharedLists(root, stored, bases)));
}

/** The same with originals where they are now. */
function withOriginalsIn(root: string, snapshot: Snapshot): Snapshot {
  const moved = Object.entries(snapshot.originals).flatMap(([path, state]) => {
    const here = relocated(root, state);
    return here === state ? [] : [[path, here] as const];
  });
  if (moved.length === 0) return snapshot;
  return { ...snapshot, originals: { ...snapshot.originals, ...Object.fromEntries(moved) } };
}

/** The lists of one, as they are stored: originals are where they were when it was recorded. */
export function readLists(
  fs: ReadFs,
  root: string,
  number: SnapshotNumber,
  bases: Bases,
): { readonly rest: Rest; readonly lists: Lists } {
  const stored = readStored(fs, root, number);
  return "snapshot" in stored
    ? { rest: stored.snapshot, lists: listsOf(stored.snapshot) }
    : { rest: stored.rest, lists: sharedLists(root, stored, bases) };
}

/** What its file says. */
export function readStored(fs: ReadFs, root: string, number: SnapshotNumber): Stored {
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
  const why = whyNoFile(fs, path);
  if (why !== null) throw damaged(number, path, `it ${why}`);
  const content = new TextDecoder().decode(fs.readFile(path));
  return parseStored(content, path, number);
}

function sharedLists(root: string, shared: Shared, bases: Bases): Lists {
  const { rest: { number }, base, edits } = shared;
  return asDamage(root, number, () => editedLists(bases.read(base).lists, edits));
}

/** Does something with what a snapshot shares. @throws SysError of kind "snapshot" where that is damaged */
export function asDamage<T>(root: string, number: SnapshotNumber, body: () => T): T {
  try {
    return body();
  } catch (thrown) {
    if (!(thrown instanceof Damage)) throw thrown;
    throw damaged(number, snapshotPath(root, number), thrown.message);
  }
}

/** The current one; null where nothing was applied yet. */
export function readCurrent(fs: ReadFs, root: string): Snapshot | null {
  const number = knownCurrent(fs, root);
  return number === null ? null : readSnapshot(fs, root, number);
}

/** The number of the current one; null only where there is no snapshot.
 * @throws SysError of kind "snapshot" when nothing says which one it is */
export function knownCurrent(fs: ReadFs, root: string): SnapshotNumber | null {
  const number = currentNumber(fs, root);
  if (number === null && snapshotNumbers(fs, root).length > 0) {
    throw unknownCurrent(currentPath(root), "is gone");
  }
  return number;
}

function unknownCurrent(path: string, why: string): SysError {
  return new SysError("snapshot", `Cannot tell which snapshot is current: ${path} ${why}`, {
    hint: "`sys repair` makes the newest one current",
  });
}

/** One after the other, ascending: all together may be more than memory holds.
 * @throws SysError when one can't be read: gc must not guess what it needs */
export function* eachSnapshot(
  fs: ReadFs,
  root: string,
  numbers: readonly SnapshotNumber[] = snapshotNumbers(fs, root),
): Generator<Snapshot, void> {
  const bases = new Bases(fs, root);
  for (const number of numbers) yield readSnapshot(fs, root, number, bases);
}

/** What is no list of each, ascending. @throws SysError when one can't be read */
export function* eachRest(fs: ReadFs, root: string): Generator<Rest, void> {
  for (const number of snapshotNumbers(fs, root)) {
    const stored = readStored(fs, root, number);
    yield "snapshot" in stored ? stored.snapshot : stored.rest;
  }
}

/** Whether a file has this text: on a full disk it could not be written once more. */
function isText(fs: ReadFs, path: string, text: string): boolean {
  return fs.lstat(path)?.kind === "file" && new TextDecoder().decode(fs.readFile(path)) === text;
}

/** The number that the next one gets: none is given twice. */
export function nextNumber(fs: ReadFs, root: string): SnapshotNumber {
  return ((snapshotNumbers(fs, root).at(-1) ?? 0) + 1) as SnapshotNumber;
}

/** Makes one current; null makes none current. */
export function makeCurrent(fs: FileSystem, root: string, number: SnapshotNumber | null): void {
  const path = currentPath(root);
  const text = `${number}.json\n`;
  if (number !== null && !isText(fs, path, text)) return writeLasting(fs, path, text, 0o600);
  if (number === null && fs.lstat(path) !== null) fs.remove(path);
  fs.syncDir(snapshotFolder(root));
}
