/** Opens real files and folders by what they are, not by what their names lead to later. */
import nodeFs from "node:fs";
import { type FileInfo, FsError, type OpenFile } from "./fs.ts";

/** Runs an action, and throws what failed as a file system does. */
type Attempt = <T>(doing: string, path: string, action: () => T) => T;

/** Windows has none of the flags. */
const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = nodeFs.constants;

/** A new file, for writing. */
export function openNew(path: string, mode: number, attempt: Attempt): OpenFile {
  return new RealOpenFile(nodeFs.openSync(path, O_WRONLY | O_CREAT | O_EXCL, mode), path, attempt);
}

/** What is there, for looking at it: a file or a folder. Without O_NONBLOCK a pipe would be waited for. */
export function openThing(path: string, attempt: Attempt): OpenFile {
  const opened = nodeFs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const file = new RealOpenFile(opened, path, attempt);
  try {
    const { kind, dev, ino } = file.info();
    if (kind === "other") throw new Error("it is neither a file nor a folder");
    // Without all permissions the runtime resolves links before it opens, whatever the flags say.
    const named = Deno.lstatSync(path);
    const same = named.ino === null ? !named.isSymlink : named.ino === ino && named.dev === dev;
    if (same) return file;
    throw new FsError("open", path, "ELOOP");
  } catch (thrown) {
    file.close();
    throw thrown;
  }
}

class RealOpenFile implements OpenFile {
  readonly #file: number;
  readonly #path: string;
  readonly #attempt: Attempt;
  /** Where reading goes on; null: where the system has it. */
  #position: number | null = null;

  constructor(file: number, path: string, attempt: Attempt) {
    this.#file = file;
    this.#path = path;
    this.#attempt = attempt;
  }

  read(buffer: Uint8Array): number {
    return this.#attempt("read", this.#path, () => {
      if (buffer.length === 0) return 0;
      const count = nodeFs.readSync(this.#file, buffer, 0, buffer.length, this.#position);
      if (this.#position !== null) this.#position += count;
      return count;
    });
  }

  seek(position: number): void {
    this.#position = position;
  }

  write(bytes: Uint8Array): void {
    this.#attempt("write", this.#path, () => {
      for (let done = 0; done < bytes.length;) {
        done += nodeFs.writeSync(this.#file, bytes, done, bytes.length - done);
      }
    });
  }

  sync(): void {
    this.#attempt("flush", this.#path, () => nodeFs.fsyncSync(this.#file));
  }

  info(): FileInfo {
    return this.#attempt("look at", this.#path, () => infoOf(nodeFs.fstatSync(this.#file)));
  }

  chmod(mode: number): void {
    const doing = "change the mode of";
    this.#attempt(doing, this.#path, () => nodeFs.fchmodSync(this.#file, mode));
  }

  chown(uid: number, gid: number): void {
    const doing = "change the owner of";
    this.#attempt(doing, this.#path, () => nodeFs.fchownSync(this.#file, uid, gid));
  }

  utime(seconds: number): void {
    const doing = "set the time of";
    this.#attempt(doing, this.#path, () => nodeFs.futimesSync(this.#file, seconds, seconds));
  }

  close(): void {
    nodeFs.closeSync(this.#file);
  }
}

/** What the runtime tells, as a file system tells it. */
export function toInfo(info: Deno.FileInfo): FileInfo {
  return {
    kind: info.isSymlink ? "link" : info.isDirectory ? "dir" : info.isFile ? "file" : "other",
    size: info.size,
    mode: (info.mode ?? 0o755) & 0o7777,
    mtime: Math.floor((info.mtime?.getTime() ?? 0) / 1000),
    ctime: info.ctime ? Math.floor(info.ctime.getTime() / 1000) : null,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    dev: info.dev,
    ino: info.ino ?? 0,
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
    ino: stats.ino,
    nlink: stats.nlink,
  };
}
