/** Removing trees that are read-only. */
import { FsError } from "../system/fs.ts";
import type { FileInfo, FileSystem } from "../system/mod.ts";

/** Removes what lies at a path, never following links; gives the bytes that this frees.
 * What is not there is no error. */
export function removeTree(fs: FileSystem, path: string): number {
  const info = fs.lstat(path);
  return info === null ? 0 : removeNode(fs, path, info);
}

function removeNode(fs: FileSystem, path: string, info: FileInfo): number {
  let freed = sizeOf(info);
  if (info.kind === "dir") {
    if ((info.mode & 0o700) !== 0o700) fs.chmod(path, 0o700);
    for (const name of fs.readDir(path)) freed += removeTree(fs, `${path}/${name}`);
  }
  fs.remove(path);
  return freed;
}

/**
 * Removes what it can of a tree that nothing needs. The runtime doesn't show names that are not UTF-8, so a folder
 * that has one can't be emptied: it stays, and is tried again the next time.
 */
export function removeRubbish(fs: FileSystem, path: string): number {
  try {
    return removeTree(fs, path);
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "ENOTEMPTY") return 0;
    throw thrown;
  }
}

/** Bytes of content in a tree; a file with other hard links counts as nothing, since it stays. */
export function treeSize(fs: FileSystem, path: string): number {
  const info = fs.lstat(path);
  if (info === null) return 0;
  let size = sizeOf(info);
  if (info.kind === "dir") {
    for (const name of fs.readDir(path)) size += treeSize(fs, `${path}/${name}`);
  }
  return size;
}

function sizeOf(info: FileInfo): number {
  return info.kind === "file" && info.nlink === 1 ? info.size : 0;
}
