/** What one user may do with names and attributes on a disk in memory; each refuses as Linux does. */
import { type Disk, Refusal } from "./disk.ts";
import type { Inode } from "./inode.ts";
import { type Found, may, READ, SEARCH, type User, WRITE } from "./walk.ts";

const SETUID = 0o4000, SETGID = 0o2000, STICKY = 0o1000;

export class Rights {
  constructor(readonly disk: Disk, readonly user: User) {}

  change(inode: Inode) {
    const sealed = this.disk.sealedRoot && inode === this.disk.root;
    if (this.disk.readOnly || sealed) throw new Refusal("EROFS");
    if (inode.immutable) throw new Refusal("EPERM");
  }

  /** @throws Refusal where the user may not change the attributes */
  own(inode: Inode) {
    this.change(inode);
    const { uid } = this.user;
    if (uid !== 0 && uid !== inode.attributes.uid && this.disk.rules.owners) {
      throw new Refusal("EPERM");
    }
  }

  /** Whether the user may take a name away. */
  take({ folder, inode }: Found) {
    if (!may(this.disk, this.user, folder, WRITE | SEARCH)) throw new Refusal("EACCES");
    this.change(folder);
    if (inode !== null) this.change(inode);
    const { uid } = this.user;
    const sticky = (folder.attributes.mode & STICKY) !== 0 && uid !== 0;
    if (sticky && uid !== folder.attributes.uid && uid !== inode?.attributes.uid) {
      throw new Refusal("EPERM");
    }
  }

  replace(inode: Inode, source: Found, target: Found) {
    if (inode.dev !== target.folder.dev) throw new Refusal("EXDEV");
    if (inode.kind === "dir") {
      for (let at = target.folder; at !== this.disk.root; at = at.parent) {
        if (at === inode) throw new Refusal("EUNKNOWN");
      }
      // Its `..` changes.
      const moves = source.folder !== target.folder;
      if (moves && !may(this.disk, this.user, inode, WRITE)) throw new Refusal("EACCES");
    }
    if (target.inode === null || target.inode === inode) return;
    this.take(target);
    if (target.inode.kind === "dir" && inode.kind !== "dir") throw new Refusal("EISDIR");
    if (target.inode.kind !== "dir" && inode.kind === "dir") throw new Refusal("ENOTDIR");
    if (target.inode.kind === "dir" && target.inode.entries.size > 0) {
      throw new Refusal("ENOTEMPTY");
    }
  }

  /** Whether two paths are one name, spelled in two ways. */
  sameEntry(a: Found, b: Found): boolean {
    const { key } = this.disk.rules;
    return a.folder === b.folder && key(a.name) === key(b.name);
  }

  /** An ordinary user gives names only to files that are the user's, or that may be read and written
   * (`fs.protected_hardlinks`). */
  link(inode: Inode): boolean {
    const { uid } = this.user;
    if (uid === 0 || uid === inode.attributes.uid || !this.disk.rules.owners) return true;
    return inode.kind === "file" && (inode.attributes.mode & (SETUID | SETGID)) === 0 &&
      may(this.disk, this.user, inode, READ | WRITE);
  }
}

/** A new owner does not inherit the right to be run as the owner. */
export function withoutSetid(mode: number): number {
  return mode & ~(mode & 0o010 ? SETUID | SETGID : SETUID);
}
