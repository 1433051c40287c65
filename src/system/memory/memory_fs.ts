/** A file system in memory, as one user sees it: owners, permissions, links, times, a disk that can be full.
 *
 * Several users share one disk. It refuses what Linux refuses, with the same codes (see `rules.ts` for the other
 * systems), and remembers what was flushed (see `disk.ts`). */
import { Buffer } from "node:buffer";
import {
  type FileHandle,
  type FileInfo,
  type FileLock,
  type FileOwner,
  type FileSystem,
  FsError,
  type OpenFile,
} from "../fs.ts";
import type { Holds } from "../holds.ts";
import { type Disk, type NameChange, Refusal } from "./disk.ts";
import { MemoryHandle, type Opened } from "./handle.ts";
import { infoOf } from "./info.ts";
import type { Attributes, FileInode, FolderInode, Inode } from "./inode.ts";
import { Rights, withoutSetid } from "./rights.ts";
import { type Found, may, pathOf, READ, SEARCH, type User, walk, WRITE } from "./walk.ts";

const SETGID = 0o2000;

export class MemoryFs implements FileSystem {
  readonly disk: Disk;
  readonly user: User;
  readonly #umask: number;
  readonly #rights: Rights;

  get uid(): number {
    return this.user.uid;
  }

  get holds(): Holds {
    return this.disk.rules.holds;
  }

  constructor(disk: Disk, user: User, umask = 0o022) {
    this.disk = disk;
    this.user = user;
    this.#umask = umask;
    this.#rights = new Rights(disk, user);
  }

  lstat(path: string): FileInfo | null {
    return this.#attempt("look at", path, () => {
      try {
        const { inode } = this.#walk(path, false);
        return inode === null ? null : infoOf(inode, this.disk.rules);
      } catch (thrown) {
        if (thrown instanceof Refusal && /^(ENOENT|ENOTDIR)$/.test(thrown.code)) return null;
        throw thrown;
      }
    });
  }

  readFile(path: string): Uint8Array {
    return this.#attempt("read", path, () => {
      const inode = this.#open(path, READ);
      if (inode.kind !== "file") throw new Refusal("EISDIR");
      return inode.content.bytes.slice();
    });
  }

  readLink(path: string): string {
    return this.#attempt("read the link", path, () => {
      const { inode } = this.#walk(path, false);
      if (inode === null) throw new Refusal("ENOENT");
      if (inode.kind !== "link") throw new Refusal("EUNKNOWN");
      return inode.to;
    });
  }

  readDir(path: string): string[] {
    return this.#attempt("list", path, () => {
      const folder = this.#open(path, READ);
      if (folder.kind !== "dir") throw new Refusal("ENOTDIR");
      return [...folder.entries.values()].map(({ name }) => name)
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
  }

  realPath(path: string): string {
    return this.#attempt("resolve", path, () => {
      const { folder, inode, name } = this.#walk(path, true);
      if (inode === null) throw new Refusal("ENOENT");
      if (inode.kind === "dir") return pathOf(this.disk, inode);
      const above = pathOf(this.disk, folder);
      return `${above === "/" ? "" : above}/${this.disk.entry(folder, name)?.name}`;
    });
  }

  openRead(path: string): FileHandle {
    return this.#attempt("open", path, () => this.#handle(path, this.#open(path, READ), "reading"));
  }

  openItself(path: string): OpenFile {
    return this.#attempt("open", path, () => {
      if (this.#walk(path, false).inode?.kind === "link") throw new Refusal("ELOOP");
      return this.#handle(path, this.#open(path, READ), "reading");
    });
  }

  create(path: string, mode: number): OpenFile {
    return this.#attempt("create", path, () => {
      return this.#handle(path, this.#makeFile(this.#free(path), mode), "writing");
    });
  }

  append(path: string, mode: number): FileHandle {
    return this.#attempt("append to", path, () => {
      const found = this.#walk(path, true);
      if (found.inode === null) {
        return this.#handle(path, this.#makeFile(found, mode & ~this.#umask), "appending");
      }
      if (found.inode.kind !== "file") throw new Refusal("EISDIR");
      this.#rights.change(found.inode);
      if (!may(this.disk, this.user, found.inode, WRITE)) throw new Refusal("EACCES");
      return this.#handle(path, found.inode, "appending");
    });
  }

  symlink(to: string, path: string): void {
    this.#attempt("link", path, () => {
      if (to === "") throw new Refusal("ENOENT");
      const { folder, name } = this.#free(path);
      if (!this.disk.rules.fileLinks && !this.#leadsToFolder(to)) throw new Refusal("EPERM");
      const inode = this.disk.newLink(this.#attributes(folder, 0o777), folder.dev, to);
      this.#change([{ folder, name, inode }]);
    });
  }

  link(existing: string, path: string): void {
    this.#attempt("link", path, () => {
      const { inode } = this.#walk(existing, false);
      if (inode === null) throw new Refusal("ENOENT");
      const { folder, name } = this.#free(path);
      if (inode.dev !== folder.dev) throw new Refusal("EXDEV");
      if (inode.kind === "dir" || inode.immutable || !this.#rights.link(inode)) {
        throw new Refusal("EPERM");
      }
      if (inode.nlink >= this.disk.maxLinks) throw new Refusal("EMLINK");
      this.#change([{ folder, name, inode }]);
    });
  }

  mkdir(path: string, mode: number): void {
    this.#attempt("make the folder", path, () => {
      const { folder, name } = this.#free(path);
      const inherited = folder.attributes.mode & SETGID;
      const inode = this.disk.newFolder(this.#attributes(folder, mode | inherited), folder.dev);
      this.#change([{ folder, name, inode }]);
    });
  }

  rename(from: string, to: string): void {
    this.#attempt(`rename ${from} to`, to, () => {
      const source = this.#walk(from, false);
      const target = this.#walk(to, false);
      const { inode } = source;
      if (inode === null) throw new Refusal("ENOENT");
      if (source.name === "" || target.name === "") throw new Refusal("EBUSY");
      this.#rights.take(source);
      if (target.inode === inode && source.name === target.name) return;
      if (
        target.inode === inode && inode.kind === "file" && !this.#rights.sameEntry(source, target)
      ) {
        return;
      }
      this.#rights.replace(inode, source, target);
      this.#change([
        { folder: source.folder, name: source.name, inode: null },
        { folder: target.folder, name: target.name, inode },
      ]);
    });
  }

  remove(path: string): void {
    this.#attempt("remove", path, () => {
      const found = this.#walk(path, false);
      if (found.inode === null) throw new Refusal("ENOENT");
      if (found.name === "") throw new Refusal("EBUSY");
      this.#rights.take(found);
      if (found.inode.kind === "dir" && found.inode.entries.size > 0) {
        throw new Refusal("ENOTEMPTY");
      }
      this.#change([{ folder: found.folder, name: found.name, inode: null }]);
    });
  }

  chmod(path: string, mode: number): void {
    this.#attempt("change the mode of", path, () => this.#chmod(this.#at(path, true), mode));
  }

  #chmod(inode: Inode, mode: number) {
    this.#rights.own(inode);
    inode.attributes = { ...inode.attributes, mode };
  }

  chown(path: string, uid: number, gid: number): void {
    const doing = "change the owner of";
    this.#attempt(doing, path, () => this.#chown(this.#at(path, false), uid, gid));
  }

  #chown(inode: Inode, uid: number, gid: number) {
    this.#rights.own(inode);
    const { attributes } = inode;
    const same = uid === attributes.uid && gid === this.user.gid;
    if (this.user.uid !== 0 && !same) throw new Refusal("EPERM");
    const mode = inode.kind === "file" ? withoutSetid(attributes.mode) : attributes.mode;
    inode.attributes = { ...attributes, uid, gid, mode };
    // A link cannot be opened, so nobody could flush it.
    if (inode.kind === "link") inode.flushed = inode.attributes;
  }

  utime(path: string, seconds: number): void {
    this.#attempt("set the time of", path, () => {
      const inode = this.#at(path, true);
      if (this.#isReadOnly(inode)) throw new Refusal("EPERM");
      this.#utime(inode, seconds);
    });
  }

  /** Windows opens a file for writing to set its time, and refuses that where the file is read-only. */
  #isReadOnly({ kind, attributes: { mode } }: Inode): boolean {
    return this.holds.modes === "read-only" && kind === "file" && (mode & 0o200) === 0;
  }

  #utime(inode: Inode, seconds: number) {
    this.#rights.own(inode);
    inode.attributes = { ...inode.attributes, mtime: seconds };
  }

  syncDir(path: string): void {
    this.#attempt("flush", path, () => this.disk.flush(this.#open(path, READ)));
  }

  canLinkFiles(): boolean {
    return this.disk.rules.fileLinks;
  }

  canSyncAll(path: string): boolean {
    return this.disk.flushesAll && this.lstat(path) !== null;
  }

  syncAll(path: string): void {
    this.#attempt("flush", path, () => this.disk.flushAll(this.#open(path, 0).dev));
  }

  async lock(path: string, mode: "shared" | "exclusive"): Promise<FileLock> {
    const inode = this.#attempt("lock", path, () => {
      const found = this.#walk(path, true);
      const file = found.inode ?? this.#makeFile(found, 0o600 & ~this.#umask);
      if (!may(this.disk, this.user, file, READ | WRITE)) throw new Refusal("EACCES");
      return file;
    });
    return await this.disk.locks.take(inode, mode);
  }

  async as({ uid, gid }: FileOwner): Promise<FileSystem> {
    if (this.user.uid === uid) return this;
    if (this.user.uid !== 0) throw new FsError("act as the user", String(uid), "EPERM");
    return await Promise.resolve(new MemoryFs(this.disk, { uid, gid }, this.#umask));
  }

  dismiss(): Promise<void> {
    return Promise.resolve();
  }

  /** Marks a file or folder so that nobody changes it, or takes the mark off. */
  setImmutable(path: string, on: boolean): void {
    this.#attempt("mark", path, () => this.#open(path, 0).immutable = on);
  }

  /** Makes an empty folder the top of another file system. */
  mount(path: string): void {
    this.#attempt("mount", path, () => this.disk.mount(this.#open(path, 0)));
  }

  #walk(path: string, follow: boolean): Found {
    return walk(this.disk, this.user, path, follow);
  }

  /** What a path leads to, where the user may do that with it. */
  #open(path: string, what: number): Inode {
    const { inode } = this.#walk(path, true);
    if (inode === null) throw new Refusal("ENOENT");
    if (what !== 0 && !may(this.disk, this.user, inode, what)) throw new Refusal("EACCES");
    return inode;
  }

  /** A name that nothing has. */
  #free(path: string): Found {
    const found = this.#walk(path, false);
    if (found.inode !== null) throw new Refusal("EEXIST");
    return found;
  }

  #makeFile({ folder, name }: Found, mode: number): FileInode {
    const inode = this.disk.newFile(this.#attributes(folder, mode), folder.dev);
    this.#change([{ folder, name, inode }]);
    return inode;
  }

  #attributes(folder: FolderInode, mode: number): Attributes {
    const { uid } = this.user;
    const gid = folder.attributes.mode & SETGID ? folder.attributes.gid : this.user.gid;
    return { mode, uid, gid, mtime: this.disk.now };
  }

  #change(changes: readonly NameChange[]) {
    for (const { folder } of changes) {
      this.#rights.change(folder);
      if (!may(this.disk, this.user, folder, WRITE | SEARCH)) throw new Refusal("EACCES");
    }
    this.disk.change(changes);
  }

  #at(path: string, follow: boolean): Inode {
    const { inode } = this.#walk(path, follow);
    if (inode === null) throw new Refusal("ENOENT");
    return inode;
  }

  #leadsToFolder(path: string): boolean {
    try {
      return this.#walk(path, true).inode?.kind === "dir";
    } catch {
      return false;
    }
  }

  #handle(path: string, inode: Inode, opened: Opened): OpenFile {
    const attempt = <T>(doing: string, action: () => T) => this.#attempt(doing, path, action);
    const file = new MemoryHandle(this.disk, inode, opened, attempt);
    return Object.assign(file, {
      info: () => infoOf(inode, this.disk.rules),
      chmod: (mode: number) => attempt("change the mode of", () => this.#chmod(inode, mode)),
      chown: (uid: number, gid: number) =>
        attempt("change the owner of", () => this.#chown(inode, uid, gid)),
      utime: (seconds: number) => attempt("set the time of", () => this.#utime(inode, seconds)),
    });
  }

  #attempt<T>(doing: string, path: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof Refusal) throw new FsError(doing, path, thrown.code, thrown);
      throw thrown;
    }
  }
}
