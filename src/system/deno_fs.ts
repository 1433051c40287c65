/** The runtime's own calls. */
import nodeFs from "node:fs";
import type { FileInfo } from "./fs.ts";
import { inodeOf } from "./inode.ts";
import type { LinkType, NativeFile, NativeFs, NativeHandle } from "./native_fs.ts";

/** Windows has none of the flags. */
const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = nodeFs.constants;

export const DENO_FS: NativeFs = {
  lstat: (path) => toInfo(Deno.lstatSync(path)),
  readFile: (path) => Deno.readFileSync(path),
  readLink: (path) => Deno.readLinkSync(path),
  readDir: (path) => Array.from(Deno.readDirSync(path), ({ name }) => name),
  realPath: (path) => Deno.realPathSync(path),
  openRead: (path) => new Handle(Deno.openSync(path, { read: true })),
  openItself,
  openNew: (path, mode) => new File(nodeFs.openSync(path, O_WRONLY | O_CREAT | O_EXCL, mode)),
  openAppend: (path, mode) =>
    new Handle(Deno.openSync(path, { read: true, append: true, create: true, mode })),
  symlink: (to: string, path: string, type?: LinkType) =>
    Deno.symlinkSync(to, path, type && { type }),
  link: (existing, path) => Deno.linkSync(existing, path),
  mkdir: (path, mode) => Deno.mkdirSync(path, { mode }),
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  chmod: (path, mode) => Deno.chmodSync(path, mode),
  chown: (path, uid, gid) => nodeFs.lchownSync(path, uid, gid),
  utime: (path, seconds) => Deno.utimeSync(path, seconds, seconds),
  syncDir(path) {
    const folder = Deno.openSync(path, { read: true });
    try {
      folder.syncSync();
    } finally {
      folder.close();
    }
  },
  async lock(path, exclusive) {
    const how = { read: true, append: true, create: true, mode: 0o600 };
    const file = Deno.openSync(path, how);
    await file.lock(exclusive);
    return { ino: inodeOf(file.statSync().ino), release: () => file.close() };
  },
};

/** What is there, for looking at it: a file or a folder. Without O_NONBLOCK a pipe would be waited for. */
function openItself(path: string, writing = false): NativeFile {
  const flags = (writing ? O_WRONLY : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK;
  const file = new File(nodeFs.openSync(path, flags));
  try {
    const { kind, dev, ino } = file.info();
    if (kind === "other") throw new Error("it is neither a file nor a folder");
    // Without all permissions the runtime resolves links before it opens, whatever the flags say.
    const named = Deno.lstatSync(path);
    const same = named.ino === null
      ? !named.isSymlink
      : inodeOf(named.ino) === ino && named.dev === dev;
    if (same) return file;
    throw Object.assign(new Error("it is a link"), { code: "ELOOP" });
  } catch (thrown) {
    file.close();
    throw thrown;
  }
}

/** What the runtime opens: the fastest to read and write. */
class Handle implements NativeHandle {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  read(buffer: Uint8Array): number {
    return this.#file.readSync(buffer) ?? 0;
  }

  seek(position: number): void {
    this.#file.seekSync(position, Deno.SeekMode.Start);
  }

  write(bytes: Uint8Array): number {
    return this.#file.writeSync(bytes);
  }

  sync(): void {
    this.#file.syncSync();
  }

  close(): void {
    this.#file.close();
  }
}

/** What can be opened with flags. */
class File implements NativeFile {
  readonly #file: number;
  /** Where reading goes on; null: where the system has it. */
  #position: number | null = null;

  constructor(file: number) {
    this.#file = file;
  }

  read(buffer: Uint8Array): number {
    if (buffer.length === 0) return 0;
    const count = nodeFs.readSync(this.#file, buffer, 0, buffer.length, this.#position);
    if (this.#position !== null) this.#position += count;
    return count;
  }

  seek(position: number): void {
    this.#position = position;
  }

  write(bytes: Uint8Array): number {
    return nodeFs.writeSync(this.#file, bytes, 0, bytes.length);
  }

  sync(): void {
    nodeFs.fsyncSync(this.#file);
  }

  info(): FileInfo {
    return infoOf(nodeFs.fstatSync(this.#file));
  }

  chmod(mode: number): void {
    nodeFs.fchmodSync(this.#file, mode);
  }

  chown(uid: number, gid: number): void {
    nodeFs.fchownSync(this.#file, uid, gid);
  }

  utime(seconds: number): void {
    nodeFs.futimesSync(this.#file, seconds, seconds);
  }

  close(): void {
    nodeFs.closeSync(this.#file);
  }
}

/** What the runtime tells, as a file system tells it. */
function toInfo(info: Deno.FileInfo): FileInfo {
  return {
    kind: info.isSymlink ? "link" : info.isDirectory ? "dir" : info.isFile ? "file" : "other",
    size: info.size,
    mode: (info.mode ?? 0o755) & 0o7777,
    mtime: Math.floor((info.mtime?.getTime() ?? 0) / 1000),
    ctime: info.ctime ? Math.floor(info.ctime.getTime() / 1000) : null,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    dev: info.dev,
    ino: inodeOf(info.ino),
    nlink: info.nlink ?? 1,
  };
}

function infoOf(stats: nodeFs.Stats): FileInfo {
  return {
    kind: stats.isDirectory() ? "dir" : stats.isFile() ? "file" : "other",
    size: stats.size,
    mode: stats.mode & 0o7777,
    mtime: Math.floor(stats.mtimeMs / 1000),
    ctime: Math.floor(stats.ctimeMs / 1000),
    uid: stats.uid,
    gid: stats.gid,
    dev: stats.dev,
    ino: inodeOf(stats.ino),
    nlink: stats.nlink,
  };
}
