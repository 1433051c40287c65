/** Takes a root, gives what the list of snapshots tells of each.
 *
 * `<root>/snapshots/index` is a cache: a line of JSON for each snapshot that was recorded or tagged, in that order, with
 * the size, times and inode of `<n>.json` at that moment. A line counts while the file is that one, and the last one
 * that does; what has none is read. Nothing but the list is told from it. It is not flushed: a line that a power cut has
 * torn is none. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { FileInfo, FileSystem, ReadFs } from "../system/fs.ts";
import { writeAtomic } from "../system/write_atomic.ts";
import { Bases } from "./base.ts";
import { countsOf } from "./counts.ts";
import { UNFINISHED } from "./files.ts";
import { readStored, snapshotFolder, snapshotNumbers, snapshotPath } from "./history.ts";
import { readLines, type SnapshotLines } from "./read_lines.ts";
import { fields, integer, list, nullable, type Shape, text, whole } from "./shape.ts";
import type { Counts, SnapshotNumber, Summary } from "./types.ts";

/** What a line says beside what the list tells: which file it is about. */
interface Entry extends Omit<Summary, "counts"> {
  readonly file: readonly (number | null)[];
  readonly counts?: Counts;
}

const entry: Shape = fields({
  number: whole,
  file: list(nullable(integer)),
  time: text,
  description: text,
  config: nullable(text),
  tags: list(text),
  counts: fields({ things: whole, since: nullable(whole), added: whole, removed: whole }),
});

/** `<root>/snapshots/index`. */
export function indexPath(root: string): string {
  return join(snapshotFolder(root), "index");
}

/** All of them, ascending, each compared with the one before it that is still there.
 * @throws SysError of kind "snapshot" when one that has to be read can't be */
export function summaries(fs: ReadFs, root: string): Summary[] {
  return entries(fs, root).map(({ file: _, ...summary }) => summary);
}

/** Adds a snapshot to the index, or what became of it. */
export function noteSnapshot(fs: FileSystem, root: string, number: SnapshotNumber): void {
  ignoringFailures(() => {
    const info = fs.lstat(snapshotPath(root, number));
    if (info === null) return;
    const line = `${JSON.stringify(readEntry(fs, root, number, info))}\n`;
    const file = fs.append(indexPath(root), 0o600);
    try {
      file.write(new TextEncoder().encode(line));
    } finally {
      file.close();
    }
  });
}

/** Writes the index anew: without those that are gone, and with all that had to be read. */
export function renewIndex(fs: FileSystem, root: string): void {
  if (fs.lstat(snapshotFolder(root)) === null) return;
  ignoringFailures(() => {
    const lines = entries(fs, root).map((one) => `${JSON.stringify(one)}\n`);
    const path = indexPath(root), spare = `${path}${UNFINISHED}`;
    if (fs.lstat(spare) !== null) fs.remove(spare);
    writeAtomic(fs, path, lines.join(""), { spare, mode: 0o600, flush: false });
  });
}

/** Without a cache it takes longer. */
function ignoringFailures(body: () => void): void {
  try {
    body();
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
  }
}

function entries(fs: ReadFs, root: string): (Entry & { readonly counts: Counts })[] {
  const known = readIndex(fs, root);
  const bases = new Bases(fs, root);
  let last: SnapshotNumber | null = null;
  let read: SnapshotLines | null = null;
  const linesOf = (number: SnapshotNumber) =>
    read?.number === number ? read : read = readLines(fs, root, number, bases);
  return snapshotNumbers(fs, root).flatMap((number) => {
    const info = fs.lstat(snapshotPath(root, number));
    if (info === null) return [];
    const found = known.get(number);
    const one = found !== undefined && isSame(found.file, identityOf(info))
      ? found
      : readEntry(fs, root, number, info);
    const before = last;
    last = number;
    const { counts } = one;
    if (counts?.since === before) return [{ ...one, counts }];
    if (before === null && counts !== undefined) {
      return [{ ...one, counts: { ...counts, since: null, added: counts.things, removed: 0 } }];
    }
    const then = before === null ? null : linesOf(before);
    return [{ ...one, counts: countsOf(then, linesOf(number).lines) }];
  });
}

function readEntry(fs: ReadFs, root: string, number: SnapshotNumber, info: FileInfo): Entry {
  const stored = readStored(fs, root, number);
  const { time, description, config, tags } = "snapshot" in stored ? stored.snapshot : stored.rest;
  const { counts } = stored;
  return {
    number,
    file: identityOf(info),
    ...{ time, description, config: config.path, tags },
    ...(counts ? { counts } : {}),
  };
}

function identityOf({ size, mtime, ctime, ino }: FileInfo): Entry["file"] {
  return [size, mtime, ctime, ino];
}

function isSame(a: Entry["file"], b: Entry["file"]): boolean {
  return a.length === b.length && a.every((one, n) => one === b[n]);
}

function readIndex(fs: ReadFs, root: string): ReadonlyMap<SnapshotNumber, Entry> {
  const found = new Map<SnapshotNumber, Entry>();
  if (fs.lstat(indexPath(root))?.kind !== "file") return found;
  const text = new TextDecoder().decode(fs.readFile(indexPath(root))).trimEnd();
  // As a rule no line is torn.
  const lines = parsed(`[${text.replaceAll("\n", ",")}]`) ?? text.split("\n").map(parsed);
  for (const value of lines as unknown[]) {
    if (entry(value) === null) found.set((value as Entry).number, value as Entry);
  }
  return found;
}

/** Null for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
