/** A file system that notes what is looked at in it. */
import {
  type FileHandle,
  type FileInfo,
  type FileLock,
  type FileOwner,
  type FileSystem,
  FsError,
  type OpenFile,
} from "../system/fs.ts";
import type { Noting } from "./notes.ts";

/** The same files. Each look is noted before it is done: a change in between shows next time. */
export class NotingFs implements FileSystem {
  readonly uid: number | null;
  readonly #inner: FileSystem;
  readonly #noting: Noting;

  constructor(inner: FileSystem, noting: Noting) {
    this.#inner = inner;
    this.#noting = noting;
    this.uid = inner.uid;
  }

  lstat(path: string): FileInfo | null {
    return this.#look(() => {
      const info = this.#inner.lstat(path);
      this.#noting.seen(path, info);
      return info;
    });
  }

  readFile(path: string): Uint8Array {
    return this.#read(path, () => this.#inner.readFile(path));
  }

  readDir(path: string): string[] {
    return this.#read(path, () => this.#inner.readDir(path));
  }

  openRead(path: string): FileHandle {
    return this.#read(path, () => this.#inner.openRead(path));
  }

  openItself(path: string): OpenFile {
    return this.#read(path, () => notingFile(this.#inner.openItself(path), this.#noting));
  }

  readLink(path: string): string {
    return this.#look(() => {
      this.#noting.seen(path, this.#inner.lstat(path));
      return this.#inner.readLink(path);
    });
  }

  realPath(path: string): string {
    return this.#look(() => {
      this.#noting.real(path);
      return this.#inner.realPath(path);
    });
  }

  create(path: string, mode: number): OpenFile {
    return this.#spoiled().create(path, mode);
  }

  append(path: string, mode: number): FileHandle {
    return this.#spoiled().append(path, mode);
  }

  symlink(to: string, path: string): void {
    this.#spoiled().symlink(to, path);
  }

  link(existing: string, path: string): void {
    this.#spoiled().link(existing, path);
  }

  mkdir(path: string, mode: number): void {
    this.#spoiled().mkdir(path, mode);
  }

  rename(from: string, to: string): void {
    this.#spoiled().rename(from, to);
  }

  remove(path: string): void {
    this.#spoiled().remove(path);
  }

  chmod(path: string, mode: number): void {
    this.#spoiled().chmod(path, mode);
  }

  chown(path: string, uid: number, gid: number): void {
    this.#spoiled().chown(path, uid, gid);
  }

  utime(path: string, seconds: number): void {
    this.#spoiled().utime(path, seconds);
  }

  syncDir(path: string): void {
    this.#spoiled().syncDir(path);
  }

  canSyncAll(path: string): boolean {
    return this.#spoiled().canSyncAll(path);
  }

  syncAll(path: string): void {
    this.#spoiled().syncAll(path);
  }

  lock(path: string, mode: "shared" | "exclusive"): Promise<FileLock> {
    return this.#spoiled().lock(path, mode);
  }

  /** Bound, as is `dismiss`: views of this file system inherit it. */
  readonly as = async (owner: FileOwner): Promise<FileSystem> => {
    const theirs = await this.#inner.as(owner);
    if (theirs === this.#inner) return this;
    // With their rights other things may be seen than with one's own.
    this.#noting.spoil();
    return theirs;
  };

  readonly dismiss = (): Promise<void> => this.#inner.dismiss();

  #spoiled(): FileSystem {
    this.#noting.spoil();
    return this.#inner;
  }

  #read<T>(path: string, read: () => T): T {
    return this.#look(() => {
      this.#noting.content(path);
      return read();
    });
  }

  /** That nothing is there is noted; what can't be looked at for another reason can't be looked at again. */
  #look<T>(look: () => T): T {
    try {
      return look();
    } catch (thrown) {
      if (!(thrown instanceof FsError && thrown.code === "ENOENT")) this.#noting.spoil();
      throw thrown;
    }
  }
}

function notingFile(file: OpenFile, noting: Noting): OpenFile {
  const spoiled = () => {
    noting.spoil();
    return file;
  };
  return {
    read: (buffer) => file.read(buffer),
    seek: (position) => file.seek(position),
    info: () => file.info(),
    close: () => file.close(),
    write: (bytes) => spoiled().write(bytes),
    sync: () => spoiled().sync(),
    chmod: (mode) => spoiled().chmod(mode),
    chown: (uid, gid) => spoiled().chown(uid, gid),
    utime: (seconds) => spoiled().utime(seconds),
  };
}
