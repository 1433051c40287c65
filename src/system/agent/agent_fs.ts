/** Files as another user sees them, through an agent that has that user's rights and no others. */
import {
  type FileHandle,
  type FileInfo,
  type FileLock,
  type FileSystem,
  FsError,
  type OpenFile,
} from "../fs.ts";
import { type Holds, POSIX } from "../holds.ts";

/** Sends a request, waits for the answer. */
export type Ask = (
  request: readonly unknown[],
  bytes?: Uint8Array,
) => { readonly value: unknown; readonly bytes: Uint8Array };

/** Most bytes that one answer brings. */
const CHUNK = 1 << 20;

/** A file system whose every operation an agent does. */
export class AgentFs implements FileSystem {
  /** Nobody acts for others where there are no users. */
  readonly holds: Holds = POSIX;

  constructor(readonly ask: Ask, readonly uid: number) {}

  lstat(path: string): FileInfo | null {
    return this.#value("lstat", path) as FileInfo | null;
  }

  readFile(path: string): Uint8Array {
    return this.ask(["readFile", path]).bytes;
  }

  readLink(path: string): string {
    return this.#value("readLink", path) as string;
  }

  readDir(path: string): string[] {
    return this.#value("readDir", path) as string[];
  }

  realPath(path: string): string {
    return this.#value("realPath", path) as string;
  }

  openRead(path: string): FileHandle {
    return this.#handle("openRead", path);
  }

  openItself(path: string): OpenFile {
    return this.#handle("openItself", path);
  }

  create(path: string, mode: number): OpenFile {
    return this.#handle("create", path, mode);
  }

  append(path: string, mode: number): FileHandle {
    return this.#handle("append", path, mode);
  }

  symlink(to: string, path: string): void {
    this.#value("symlink", to, path);
  }

  link(existing: string, path: string): void {
    this.#value("link", existing, path);
  }

  mkdir(path: string, mode: number): void {
    this.#value("mkdir", path, mode);
  }

  rename(from: string, to: string): void {
    this.#value("rename", from, to);
  }

  remove(path: string): void {
    this.#value("remove", path);
  }

  chmod(path: string, mode: number): void {
    this.#value("chmod", path, mode);
  }

  chown(path: string, uid: number, gid: number): void {
    this.#value("chown", path, uid, gid);
  }

  utime(path: string, seconds: number): void {
    this.#value("utime", path, seconds);
  }

  syncDir(path: string): void {
    this.#value("syncDir", path);
  }

  canLinkFiles(): boolean {
    return true;
  }

  /** Starting a program as somebody else is more than files. */
  canSyncAll(): boolean {
    return false;
  }

  syncAll(path: string): void {
    throw new FsError("flush", path, "EPERM");
  }

  lock(path: string): Promise<FileLock> {
    return Promise.reject(new FsError("lock for another user", path, "EPERM"));
  }

  as(): Promise<FileSystem> {
    return Promise.reject(new FsError("become another user for", "/", "EPERM"));
  }

  dismiss(): Promise<void> {
    return Promise.resolve();
  }

  #value(...request: unknown[]): unknown {
    return this.ask(request).value;
  }

  #handle(...request: unknown[]): OpenFile {
    const id = this.#value(...request);
    const ask = this.ask;
    return {
      read(buffer) {
        const { bytes } = ask(["handle.read", id, Math.min(buffer.length, CHUNK)]);
        buffer.set(bytes);
        return bytes.length;
      },
      seek: (position) => void ask(["handle.seek", id, position]),
      write(bytes) {
        for (let done = 0; done < bytes.length; done += CHUNK) {
          ask(["handle.write", id], bytes.subarray(done, done + CHUNK));
        }
      },
      sync: () => void ask(["handle.sync", id]),
      info: () => ask(["handle.info", id]).value as FileInfo,
      chmod: (mode) => void ask(["handle.chmod", id, mode]),
      chown: (uid, gid) => void ask(["handle.chown", id, uid, gid]),
      utime: (seconds) => void ask(["handle.utime", id, seconds]),
      close: () => void ask(["handle.close", id]),
    };
  }
}
