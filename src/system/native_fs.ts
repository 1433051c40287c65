/** What the runtime can do with files, in small: `RealFs` is made of it, so that something else can stand in for a
 * system that is not there. Methods throw what the runtime throws, with the system's `code`. */
import type { FileInfo } from "./fs.ts";

/** An open file. */
export interface NativeHandle {
  /** Bytes read, 0 at the end. */
  read(buffer: Uint8Array): number;
  /** From the start. */
  seek(position: number): void;
  /** Bytes written, at least one. */
  write(bytes: Uint8Array): number;
  sync(): void;
  close(): void;
}

/** One that can be looked at and changed, whatever its name leads to by now. */
export interface NativeFile extends NativeHandle {
  info(): FileInfo;
  chmod(mode: number): void;
  chown(uid: number, gid: number): void;
  utime(seconds: number): void;
}

/** What a link is on Windows; other systems do not ask. */
export type LinkType = "file" | "dir" | "junction";

/** Calls of the runtime; each that changes something is one call of the system's. */
export interface NativeFs {
  lstat(path: string): FileInfo;
  readFile(path: string): Uint8Array;
  readLink(path: string): string;
  /** In any order. */
  readDir(path: string): string[];
  realPath(path: string): string;
  openRead(path: string): NativeHandle;
  /** A file or folder itself: a final link is refused with ELOOP. Windows lets attributes be set only by what is open for
   * `writing`. */
  openItself(path: string, writing?: boolean): NativeFile;
  openNew(path: string, mode: number): NativeFile;
  /** Reading and appending; made where nothing is. */
  openAppend(path: string, mode: number): NativeHandle;
  symlink(to: string, path: string, type?: LinkType): void;
  /** Absent where whoever may make a file may make a link. */
  canLinkFiles?(): boolean;
  link(existing: string, path: string): void;
  mkdir(path: string, mode: number): void;
  rename(from: string, to: string): void;
  /** A file, a link or an empty folder. */
  remove(path: string): void;
  chmod(path: string, mode: number): void;
  /** Of a link itself. */
  chown(path: string, uid: number, gid: number): void;
  utime(path: string, seconds: number): void;
  /** Flushes a folder. */
  syncDir(path: string): void;
  /** Waits for a lock on a file, which is made where nothing is. */
  lock(path: string, exclusive: boolean): Promise<{ readonly ino: number; release(): void }>;
}
