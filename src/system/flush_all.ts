/** Flushing much: one flush of a file system costs less than many of single files and folders. */
import { type FileInfo, type FileSystem, FsError, type ReadFs } from "./fs.ts";

/** So many flushes, one each, cost more than one of the whole file system. */
export const MANY_FLUSHES = 16;

/** Flushes folders, each with its entries, owner, mode and time. One that is gone was flushed with the folder above. */
export function flushAll(fs: FileSystem, folders: Iterable<string>): void {
  const devices = new Map<number, string[]>();
  for (const folder of folders) {
    const info = folderAt(fs, folder);
    if (info === null) continue;
    const others = devices.get(info.dev);
    if (others) others.push(folder);
    else devices.set(info.dev, [folder]);
  }
  for (const [first, ...others] of devices.values()) {
    if (others.length + 1 >= MANY_FLUSHES && fs.canSyncAll(first)) fs.syncAll(first);
    else for (const folder of [first, ...others]) flushFolder(fs, folder);
  }
}

function flushFolder(fs: FileSystem, folder: string): void {
  try {
    fs.syncDir(folder);
  } catch (thrown) {
    // One that may not be read can't be opened, and so not be flushed alone.
    if (!(thrown instanceof FsError) || thrown.code !== "EACCES") throw thrown;
  }
}

/** The folder at a path, or where a link there leads. */
export function folderAt(fs: ReadFs, path: string): FileInfo | null {
  let info = fs.lstat(path);
  if (info?.kind === "link") {
    try {
      info = fs.lstat(fs.realPath(path));
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
      return null;
    }
  }
  return info?.kind === "dir" ? info : null;
}
