/** The file system as a port: what sys.lua asks of it, and nothing else. Calls are synchronous: most touch
 * one small thing, and Deno answers those faster than it schedules them. Paths are absolute. */
import { SysError } from "../errors.ts";
import type { Holds } from "./holds.ts";

/** Why the operating system said no, as it names it itself. */
export type FsCode =
  | "ENOENT"
  | "EEXIST"
  | "EACCES"
  | "EPERM"
  | "ENOTDIR"
  | "EISDIR"
  | "ENOTEMPTY"
  | "ELOOP"
  | "ENOSPC"
  | "EDQUOT"
  | "EROFS"
  | "EXDEV"
  | "EMLINK"
  | "ENAMETOOLONG"
  | "EBUSY"
  | "EIO"
  | "EUNKNOWN";

const REASONS: Partial<Record<FsCode, string>> = {
  ENOENT: "it does not exist",
  EEXIST: "something is there already",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  ENOTEMPTY: "the folder is not empty",
  ELOOP: "there are too many links",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EXDEV: "it is on another file system",
  ENAMETOOLONG: "the name is too long",
  EBUSY: "it is in use",
};

/** What helps whatever was being done. */
const HINTS: Partial<Record<FsCode, string>> = {
  ENOSPC: "free some space: `sys gc` removes what nothing needs any more",
  EDQUOT: "free some space: `sys gc` removes what nothing needs any more",
};

/** Folders of a home that macOS keeps from programs until the user allows it, whoever owns them. It says EPERM. */
const PRIVATE_FOLDER = /^\/Users\/[^/]+\/(Desktop|Documents|Downloads|Library)(\/|$)/;

function hintFor(code: FsCode, path: string): string | undefined {
  if (code !== "EPERM" || !PRIVATE_FOLDER.test(path)) return HINTS[code];
  return "macOS may keep this folder from programs: allow your terminal in System Settings, " +
    "Privacy & Security (Files and Folders, or Full Disk Access)";
}

/** What every method of a file system throws. */
export class FsError extends SysError {
  readonly doing: string;
  readonly code: FsCode;
  readonly path: string;

  constructor(doing: string, path: string, code: FsCode, cause?: unknown) {
    const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : code);
    const hint = hintFor(code, path);
    super("io", `Cannot ${doing} ${path}: ${reason}`, { cause, ...(hint ? { hint } : {}) });
    this.doing = doing;
    this.code = code;
    this.path = path;
  }
}

/** What `lstat` tells. */
export interface FileInfo {
  readonly kind: "file" | "dir" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  /** Seconds since the epoch, whole. */
  readonly mtime: number;
  /** When content, attributes or names last changed, which nobody can set; seconds since the epoch, whole. Null where
   * the system does not tell. */
  readonly ctime: number | null;
  readonly uid: number;
  readonly gid: number;
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
}

/** An open file. */
export interface FileHandle {
  /** Bytes read into `buffer`, 0 at the end. */
  read(buffer: Uint8Array): number;
  /** Goes on at so many bytes from the start. */
  seek(position: number): void;
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array): void;
  /** Flushes content and size to the disk. */
  sync(): void;
  close(): void;
}

/** A file or folder that is open, whatever its name leads to by now. */
export interface OpenFile extends FileHandle {
  info(): FileInfo;
  chmod(mode: number): void;
  chown(uid: number, gid: number): void;
  /** Access and modification time, seconds since the epoch. */
  utime(seconds: number): void;
}

/** Numeric user and group. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Looking, without changing. */
export interface ReadFs {
  /** Null where nothing is; never follows a final link. */
  lstat(path: string): FileInfo | null;
  /** Whole content of a (small) file. */
  readFile(path: string): Uint8Array;
  readLink(path: string): string;
  /** Names in a folder, sorted by bytes. */
  readDir(path: string): string[];
  /** Absolute path without links. */
  realPath(path: string): string;
  /** Opens for reading. */
  openRead(path: string): FileHandle;
}

/** Looking at what others may change meanwhile. */
export interface LiveFs extends ReadFs {
  /** Opens a file or folder itself, to look at it: a final link is not followed (ELOOP), and no pipe, socket or device
   * is waited for (EUNKNOWN). For what somebody else may exchange at any moment. */
  openItself(path: string): OpenFile;
}

/** Looking and changing. Every method that changes is one atomic operation of the operating system. */
export interface FileSystem extends LiveFs {
  /** The user with whose rights; null where the system numbers none. */
  readonly uid: number | null;
  /** What it can hold of what it is told. */
  readonly holds: Holds;
  /** Creates a new file (fails if anything is there) and opens it for writing. `mode` is set exactly, as far as it can
   * be held. */
  create(path: string, mode: number): OpenFile;
  /** Opens an existing or new file for appending; of a pipe no reader is waited for. */
  append(path: string, mode: number): FileHandle;
  symlink(to: string, path: string): void;
  /** Hard link. */
  link(existing: string, path: string): void;
  /** One folder; fails if anything is there. `mode` is set exactly. */
  mkdir(path: string, mode: number): void;
  rename(from: string, to: string): void;
  /** A file, a link or an empty folder. */
  remove(path: string): void;
  chmod(path: string, mode: number): void;
  /** Does not follow links. */
  chown(path: string, uid: number, gid: number): void;
  /** Access and modification time, seconds since the epoch; not for links. */
  utime(path: string, seconds: number): void;
  /** Flushes a folder's entries to the disk. */
  syncDir(path: string): void;
  /** Whether this user may make links to files. Folders can be linked everywhere. */
  canLinkFiles(): boolean;
  /** Whether all of the file system on which a path lies can be flushed in one operation that tells what fails. */
  canSyncAll(path: string): boolean;
  /** Does so: contents, attributes and names, whoever has changed them. */
  syncAll(path: string): void;
  /** Waits for an advisory lock on a file (made if absent), released on close or when the process ends. */
  lock(path: string, mode: "shared" | "exclusive"): Promise<FileLock>;
  /** The same files, looked at and changed with the rights of another user and none of one's own: what that user
   * swaps for a link meanwhile leads to nothing that is not theirs. Only root can. */
  as(owner: FileOwner): Promise<FileSystem>;
  /** Whether two paths are reached with the same user's rights. Absent where all are. */
  sameRights?(one: string, other: string): boolean;
  /** Ends what `as` has given: no process of those users is left. */
  dismiss(): Promise<void>;
}

/** A lock that is held. */
export interface FileLock {
  /** The file's, whatever its path leads to by now; 0 where the system does not tell. */
  readonly ino: number;
  release(): void;
}

/** Methods that change something. */
export const CHANGES = [
  "create",
  "append",
  "symlink",
  "link",
  "mkdir",
  "rename",
  "remove",
  "chmod",
  "chown",
  "utime",
] as const;

/** Methods that look. */
export const LOOKS = [
  "lstat",
  "readFile",
  "readLink",
  "readDir",
  "realPath",
  "openRead",
  "openItself",
] as const;
