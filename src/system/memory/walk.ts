/** Takes a path, gives what it names, as one user may see it. */
import { Buffer } from "node:buffer";
import { type Disk, Refusal } from "./disk.ts";
import type { FolderInode, Inode } from "./inode.ts";

/** Links followed before a loop is assumed, as Linux does. */
const HOPS = 40;
const MAX_NAME = 255, MAX_PATH = 4095;

/** Permissions, as in the last three bits of a mode. */
export const READ = 4, WRITE = 2, SEARCH = 1;

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Where a path leads. */
export interface Found {
  readonly folder: FolderInode;
  /** Its name in the folder; empty for the root, and for a path that ends in `..`. */
  readonly name: string;
  readonly inode: Inode | null;
}

/** Follows a path. @throws Refusal where a part of it is not there or may not be looked into */
export function walk(disk: Disk, user: User, path: string, follow: boolean): Found {
  if (Buffer.byteLength(path) > MAX_PATH) throw new Refusal("ENAMETOOLONG");
  const todo = partsOf(path);
  let folder = disk.root;
  let hops = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (!may(disk, user, folder, SEARCH)) throw new Refusal("EACCES");
    if (Buffer.byteLength(name) > MAX_NAME) throw new Refusal("ENAMETOOLONG");
    if (name === "..") {
      folder = folder.parent;
      continue;
    }
    const inode = disk.entry(folder, name)?.inode ?? null;
    const last = todo.length === 0;
    if (last && (inode?.kind !== "link" || !follow)) return { folder, name, inode };
    if (inode === null) throw new Refusal("ENOENT");
    if (inode.kind === "file") throw new Refusal("ENOTDIR");
    if (inode.kind === "dir") folder = inode;
    else {
      if (++hops > HOPS) throw new Refusal("ELOOP");
      if (inode.to.startsWith("/")) folder = disk.root;
      todo.push(...partsOf(inode.to));
    }
  }
  return { folder: folder.parent, name: "", inode: folder };
}

/** Whether a user may do that. */
export function may(disk: Disk, { uid, gid }: User, inode: Inode, what: number): boolean {
  if (uid === 0 || !disk.rules.owners) return true;
  const { mode, uid: owner, gid: group } = inode.attributes;
  const granted = uid === owner ? mode >> 6 : gid === group ? mode >> 3 : mode;
  return (granted & what) === what;
}

/** Absolute path of a folder without links. */
export function pathOf(disk: Disk, folder: FolderInode): string {
  const names: string[] = [];
  for (let at = folder; at !== disk.root; at = at.parent) {
    const entry = [...at.parent.entries.values()].find(({ inode }) => inode === at);
    if (entry === undefined) throw new Refusal("ENOENT");
    names.unshift(entry.name);
  }
  return `/${names.join("/")}`;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".").reverse();
}
