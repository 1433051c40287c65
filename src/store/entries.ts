/** Takes an object, gives its entries as `lstat` shows them, and what has changed about them since. */
import type { FileInfo, ReadFs } from "../system/mod.ts";
import { FOLDER_MODE, MTIME } from "./form.ts";

/** An entry of an object when it was sealed: its path below the object (`""` is itself, else `/bin/run`), what it
 * is, its permissions, its bytes, its inode. Times are not recorded: all are `MTIME`. Of a folder the size, of a link
 * the permissions mean nothing, and are 0. */
export type Entry = readonly [
  path: string,
  kind: "file" | "dir" | "link",
  mode: number,
  size: number,
  inode: number,
];

/** How an entry differs from what was sealed. */
export interface EntryChange {
  /** Path below the object. */
  readonly below: string;
  readonly kind: Entry[1];
  readonly change: "changed" | "missing" | "new";
}

/** The entries of what lies at a path; one `lstat` each. */
export function entriesOf(fs: ReadFs, path: string): Entry[] {
  const entries: Entry[] = [];
  const visit = (below: string) => {
    const info = fs.lstat(path + below);
    if (info === null) return;
    entries.push(entryOf(below, info));
    if (info.kind !== "dir") return;
    for (const name of fs.readDir(path + below)) visit(`${below}/${name}`);
  };
  visit("");
  return entries;
}

/** The entries of a finished tree whose top folder has yet to move, and gets its mode after that. */
export function sealOf(fs: ReadFs, path: string, folderMode = FOLDER_MODE): Entry[] {
  const [[below, kind, mode, size, inode], ...others] = entriesOf(fs, path);
  return [[below, kind, kind === "dir" ? folderMode : mode, size, inode], ...others];
}

/** An entry of which this was seen. @param mode its permissions, when they are not those any more */
export function entryOf(below: string, info: FileInfo, mode = info.mode): Entry {
  const { kind, size, ino } = info;
  if (kind === "dir") return [below, kind, mode, 0, ino];
  return kind === "link" ? [below, kind, 0, size, ino] : [below, "file", mode, size, ino];
}

/** Bytes of the files among some entries. */
export function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, [, kind, , size]) => kind === "file" ? sum + size : sum, 0);
}

/** What differs from the sealed entries: one `lstat` each, and a look into those folders that were written to. */
export function entryChanges(fs: ReadFs, path: string, entries: readonly Entry[]): EntryChange[] {
  const found: EntryChange[] = [];
  const written: string[] = [];
  for (const entry of entries) {
    const [below, kind] = entry;
    const info = fs.lstat(path + below);
    if (info === null) found.push({ below, kind, change: "missing" });
    else if (!isSame(entry, info)) {
      found.push({ below, kind, change: "changed" });
      if (kind === "dir" && info.kind === "dir") written.push(below);
    }
  }
  if (written.length === 0) return found;
  const known = new Set(entries.map(([below]) => below));
  const added = (below: string) => {
    for (const name of fs.readDir(path + below)) {
      const inner = `${below}/${name}`;
      if (known.has(inner)) continue;
      const kind = fs.lstat(path + inner)?.kind;
      if (kind === "dir") added(inner);
      else if (kind !== undefined) {
        found.push({ below: inner, kind: kind === "link" ? kind : "file", change: "new" });
      }
    }
  };
  for (const below of written) added(below);
  return found;
}

function isSame([, kind, mode, size, inode]: Entry, info: FileInfo): boolean {
  const seen = entryOf("", info);
  return info.kind === kind && seen[2] === mode && seen[3] === size && seen[4] === inode &&
    (kind === "link" || info.mtime === MTIME);
}
