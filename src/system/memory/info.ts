/** Takes an inode, gives what `lstat` tells of it. */
import { Buffer } from "node:buffer";
import type { FileInfo } from "../fs.ts";
import type { Inode } from "./inode.ts";

/** @param owners whether the file system has owners and modes */
export function infoOf(inode: Inode, owners: boolean): FileInfo {
  const { mode, uid, gid, mtime } = inode.attributes;
  const size = inode.kind === "file"
    ? inode.content.size
    : inode.kind === "link"
    ? Buffer.byteLength(inode.to)
    : 4096;
  const folders = inode.kind === "dir"
    ? [...inode.entries.values()].filter((entry) => entry.inode.kind === "dir").length
    : 0;
  return {
    kind: inode.kind,
    size,
    mtime,
    ctime: null,
    ...(owners ? { mode, uid, gid } : { mode: 0o755, uid: 0, gid: 0 }),
    dev: inode.dev,
    ino: inode.ino,
    nlink: inode.kind === "dir" ? 2 + folders : inode.nlink,
  };
}
