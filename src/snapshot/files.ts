/** Takes a path and content, gives a file that is there whole and flushed, or not at all. */
import { dirname, join } from "node:path/posix";
import type { FileSystem } from "../system/fs.ts";
import { type Content, writeAtomic } from "../system/write_atomic.ts";

/** Ends the names of files on their way; `recover` removes those that a crash left. */
export const UNFINISHED = ".new";

/** Writes beside, flushes, renames into place, and flushes the folder. */
export function writeLasting(fs: FileSystem, path: string, content: Content, mode = 0o644): void {
  writeFlushed(fs, path, content, mode);
  fs.syncDir(dirname(path));
}

/** The same for who flushes the folder later: until then a power cut may take it. */
export function writeFlushed(fs: FileSystem, path: string, content: Content, mode: number): void {
  const spare = `${path}${UNFINISHED}`;
  if (fs.lstat(spare) !== null) fs.remove(spare);
  writeAtomic(fs, path, content, { spare, mode });
}

/** What a crash left half written in a folder. */
export function removeUnfinished(fs: FileSystem, folder: string): void {
  if (fs.lstat(folder) === null) return;
  for (const name of fs.readDir(folder)) {
    if (name.endsWith(UNFINISHED)) fs.remove(join(folder, name));
  }
}
