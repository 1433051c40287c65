/** Takes an inode, gives what `lstat` tells of it. */
import { Buffer } from "node:buffer";
import type { FileInfo } from "../fs.ts";
import { heldMode } from "../holds.ts";
import type { Inode } from "./inode.ts";
import type { Rules } from "./rules.ts";

export function infoOf(inode: Inode, { owners, holds }: Rules): FileInfo {
  const { uid, gid, mtime } = inode.attributes;
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
    mode: heldMode(holds, inode.kind, inode.attributes.mode),
    ...(owners ? { uid, gid } : { uid: 0, gid: 0 }),
    dev: inode.dev,
    ino: inode.ino,
    nlink: inode.kind === "dir" ? 2 + folders : inode.nlink,
  };
}
