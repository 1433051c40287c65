/** Stands in for the runtime on Windows: takes native paths, and answers as Deno 2.6.8 does on Windows 10 22H2 with NTFS.
 * Where versions differ it is the one that refuses more.
 *
 * Sources, by the letters at the code:
 * - [N] Microsoft, "Naming Files, Paths, and Namespaces" and "Maximum Path Length Limitation"
 * - [M] Microsoft, `MoveFileExW`, `DeleteFileW`, `CreateFileW`, `LockFileEx`, `CreateSymbolicLinkW`
 * - [D] Deno, ext/fs/std_fs.rs: lstat, remove, symlink (a junction's target is made canonical), realPath
 * - [R] Rust's standard library, sys/fs/windows.rs: `readlink` takes `\??\` off, a file's kind, `File::open` of folders
 * - [U] libuv, src/win/error.c, whose names for errors Deno has: ERROR_ACCESS_DENIED is EPERM, ERROR_SHARING_VIOLATION and
 *   ERROR_LOCK_VIOLATION are EBUSY, ERROR_PRIVILEGE_NOT_HELD is EPERM
 * - [F] the crate `filetime`, whose `set_file_times` opens the file for writing */
import { dirname } from "node:path/posix";
import { type FileHandle, type FileInfo, FsError, type OpenFile } from "../../../src/system/fs.ts";
import { Disk } from "../../../src/system/memory/disk.ts";
import type { FolderInode, Inode } from "../../../src/system/memory/inode.ts";
import { MemoryFs } from "../../../src/system/memory/memory_fs.ts";
import { RULES, type Rules } from "../../../src/system/memory/rules.ts";
import { walk } from "../../../src/system/memory/walk.ts";
import type {
  LinkType,
  NativeFile,
  NativeFs,
  NativeHandle,
} from "../../../src/system/native_fs.ts";
import { nativePaths } from "../../../src/system/native_path.ts";
import { refusedName } from "../../../src/system/windows/names.ts";

/** The links are the world's own matter. */
export const NTFS: Rules = { ...RULES.windows, fileLinks: true };

const { toNative, fromNative } = nativePaths("windows");
const USER = { uid: 0, gid: 0 };

export interface WindowsWorld {
  /** Developer Mode: links need no privilege. */
  readonly developerMode?: boolean;
  /** Every so many calls a scanner has the file open for three calls. */
  readonly scanner?: number;
}

/** What the stand-in does beside what it is asked: what other programs do. */
export class WindowsCalls implements NativeFs {
  readonly disk: Disk;
  readonly #fs: MemoryFs;
  readonly #open = new Map<Inode, number>();
  readonly #locked = new Set<Inode>();
  /** Programs that run: their files can be renamed, and not removed [M: DeleteFileW]. */
  readonly #running = new Set<Inode>();
  /** Reparse points that are no links: a placeholder of OneDrive's, an alias of the Store's. */
  readonly #points = new Set<Inode>();
  #calls = 0;
  #busy = 0;

  constructor(disk: Disk, private readonly world: WindowsWorld = {}) {
    this.disk = disk;
    this.#fs = new MemoryFs(disk, USER);
  }

  /** Another program runs the file, or ends. */
  run(inside: string, on = true) {
    this.#mark(this.#running, inside, on);
  }

  /** The file lies somewhere else, and its name says so to the file system. */
  point(inside: string) {
    this.#mark(this.#points, inside, true);
  }

  lstat(path: string): FileInfo {
    return this.#do(path, (inside) => {
      const inode = this.#at(inside);
      const info = this.#fs.lstat(inside)!;
      // Deno shows no permissions but the attribute, also of folders [D].
      const mode = inode.attributes.mode & 0o200 || inode.kind === "link" ? 0o666 : 0o444;
      return { ...info, mode, kind: this.#points.has(inode) ? "link" : info.kind };
    });
  }

  readFile(path: string): Uint8Array {
    return this.#do(path, (inside) => {
      this.#scanned();
      this.#readable(this.#openable(this.#target(inside)));
      return this.#fs.readFile(inside);
    });
  }

  readLink(path: string): string {
    return this.#do(path, (inside) => {
      // "Unsupported reparse point type" [R]; ERROR_NOT_A_REPARSE_POINT for what is none.
      if (this.#at(inside).kind !== "link") throw failure("EINVAL");
      return toNative(this.#fs.readLink(inside));
    });
  }

  readDir(path: string): string[] {
    return this.#do(path, (inside) => this.#fs.readDir(inside));
  }

  realPath(path: string): string {
    return this.#do(path, (inside) => toNative(this.#fs.realPath(inside)));
  }

  openRead(path: string): NativeHandle {
    return this.#do(path, (inside) => {
      this.#scanned();
      const inode = this.#openable(this.#target(inside));
      return { ...this.#held(inode, this.#fs.openRead(inside)), sync: refused };
    });
  }

  openItself(path: string, writing = false): NativeFile {
    return this.#do(path, (inside) => {
      this.#scanned();
      // There is no O_NOFOLLOW: a link is followed.
      const inode = this.#openable(this.#target(inside));
      const file = this.#file(inode, this.#fs.openItself(this.#fs.realPath(inside)));
      if (writing) this.#writable(inode);
      // Attributes are set, and contents flushed, by what is open for writing [M: SetFileInformationByHandle,
      // FlushFileBuffers].
      return writing ? file : { ...file, chmod: refused, utime: refused, sync: refused };
    });
  }

  openNew(path: string): NativeFile {
    return this.#do(path, (inside) => {
      this.#scanned();
      // A mode is for POSIX only: what is made can be written [D].
      const file = this.#fs.create(inside, 0o666);
      return this.#file(this.#at(inside), file);
    });
  }

  openAppend(path: string): NativeHandle {
    return this.#do(path, (inside) => {
      this.#scanned();
      const there = this.#fs.lstat(inside) === null ? null : this.#maybe(inside);
      if (there) this.#writable(this.#openable(there));
      const file = this.#fs.append(inside, 0o666);
      return this.#held(this.#target(inside), file);
    });
  }

  symlink(to: string, path: string, type?: LinkType): void {
    this.#do(path, (inside) => {
      if (type === "junction") return this.#fs.symlink(this.#fs.realPath(insideOf(to)), inside);
      if (!this.world.developerMode) throw failure("EPERM");
      // What leads to a folder and says so leads there only as a folder.
      this.#fs.symlink(fromNative(to), inside);
      if (type === "dir") {
        this.#at(inside).attributes = { ...this.#at(inside).attributes, mode: DIR };
      }
    });
  }

  link(existing: string, path: string): void {
    this.#do(path, (inside) => {
      const inode = this.#at(insideOf(existing));
      if (isFolder(inode)) throw failure("EPERM");
      this.#fs.link(insideOf(existing), inside);
    });
  }

  mkdir(path: string): void {
    this.#do(path, (inside) => this.#fs.mkdir(inside, 0o777));
  }

  rename(from: string, to: string): void {
    this.#do(to, (inside) => {
      this.#scanned();
      const source = insideOf(from);
      const inode = this.#at(source);
      if (inode.kind === "dir" && this.#holdsOpen(inode)) throw failure("EPERM");
      const target = this.#maybe(inside, false);
      if (target && target !== inode) {
        if (inode.kind === "dir") throw failure("EPERM");
        this.#replaceable(target);
      }
      // Two names of one file become one [M: MoveFileExW]; the disk has it as on POSIX.
      const twins = target === inode && source.toUpperCase() !== inside.toUpperCase();
      if (twins) this.#fs.remove(inside);
      this.#fs.rename(source, inside);
    });
  }

  remove(path: string): void {
    this.#do(path, (inside) => {
      this.#scanned();
      const inode = this.#at(inside);
      this.#writable(inode);
      const { mode } = inode.attributes;
      if (inode.kind === "dir" && (mode & 0o200) === 0) throw failure("EPERM"); // [M: RemoveDirectoryW]
      if (this.#running.has(inode)) throw failure("EPERM");
      // What is open in this way goes at once, name and all [M: FILE_DISPOSITION_POSIX_SEMANTICS].
      this.#fs.remove(inside);
    });
  }

  chmod(path: string, mode: number): void {
    this.#do(path, (inside) => this.#fs.chmod(inside, mode & 0o200 ? 0o666 : 0o444));
  }

  chown(): void {
    throw failure("ENOTSUP");
  }

  utime(path: string, seconds: number): void {
    this.#do(path, (inside) => {
      this.#writable(this.#target(inside)); // [F]
      this.#fs.utime(inside, seconds);
    });
  }

  syncDir(): void {
    throw failure("EPERM"); // [R]: a folder is not opened without FILE_FLAG_BACKUP_SEMANTICS
  }

  async lock(path: string, exclusive: boolean) {
    const inside = insideOf(path);
    if (this.#fs.lstat(inside) === null) this.openNew(path).close();
    this.#scanned();
    const inode = this.#target(inside);
    const held = await this.#fs.lock(inside, exclusive ? "exclusive" : "shared");
    this.#count(inode, 1);
    if (exclusive) this.#locked.add(inode);
    return {
      ino: held.ino,
      release: () => {
        this.#locked.delete(inode);
        this.#count(inode, -1);
        held.release();
      },
    };
  }

  #do<T>(path: string, action: (inside: string) => T): T {
    try {
      return action(insideOf(path));
    } catch (thrown) {
      if (thrown instanceof FsError) throw failure(ERRORS[thrown.code] ?? thrown.code);
      throw thrown;
    }
  }

  /** [U]: three times ERROR_SHARING_VIOLATION, and then fine. */
  #scanned() {
    const every = this.world.scanner;
    if (every === undefined) return;
    if (this.#busy > 0) this.#busy--;
    else if (++this.#calls % every === 0) this.#busy = 3;
    if (this.#busy > 0) throw failure("EBUSY");
  }

  #at(inside: string): Inode {
    const inode = this.#maybe(inside, false);
    if (inode === null) throw failure("ENOENT");
    return inode;
  }

  #target(inside: string): Inode {
    const inode = this.#maybe(inside);
    if (inode === null) throw failure("ENOENT");
    return inode;
  }

  #maybe(inside: string, follow = true): Inode | null {
    try {
      return walk(this.disk, USER, inside, follow).inode;
    } catch (thrown) {
      throw failure(codeIn(thrown));
    }
  }

  #openable(inode: Inode): Inode {
    // [R]: a folder is not opened without FILE_FLAG_BACKUP_SEMANTICS.
    if (inode.kind === "dir") throw failure("EPERM");
    return inode;
  }

  /** [M: LockFileEx] What another handle has locked can be opened, and neither read nor written. */
  #readable(inode: Inode) {
    if (this.#locked.has(inode)) throw failure("EBUSY");
  }

  #writable(inode: Inode): Inode {
    if (inode.kind === "file" && (inode.attributes.mode & 0o200) === 0) throw failure("EPERM");
    return inode;
  }

  /** [M: MoveFileExW]: no folder (nor what is a folder to NTFS), nothing that is read-only or open. */
  #replaceable(inode: Inode) {
    if (isFolder(inode) || inode.kind === "link" && leadsToFolder(this.disk, inode)) {
      throw failure("EPERM");
    }
    this.#writable(inode);
    if (this.#open.has(inode) || this.#running.has(inode)) throw failure("EPERM");
  }

  #holdsOpen(folder: FolderInode): boolean {
    return [...folder.entries.values()].some(({ inode }) =>
      inode.kind === "dir" ? this.#holdsOpen(inode) : this.#open.has(inode)
    );
  }

  #held<Handle extends FileHandle>(inode: Inode, file: Handle): Handle & NativeHandle {
    this.#count(inode, 1);
    let open = true;
    const native: NativeHandle = {
      read: (buffer) => telling(() => (this.#readable(inode), file.read(buffer))),
      seek: (position) => file.seek(position),
      write: (bytes) => {
        this.#readable(inode);
        return telling(() => (file.write(bytes), bytes.length));
      },
      // NTFS has all names in one log, which is flushed up to a file's last change with that file. No test can ask this.
      sync: () => telling(() => (file.sync(), this.disk.flushNames())),
      close: () => {
        if (open) this.#count(inode, -1);
        open = false;
        file.close();
      },
    };
    return Object.assign(Object.create(file), native);
  }

  #file(inode: Inode, file: OpenFile): NativeFile {
    const handle = this.#held(inode, file);
    return Object.assign(handle, {
      info: () => file.info(),
      chmod: (mode: number) => file.chmod(mode & 0o200 ? 0o666 : 0o444),
      chown: () => {
        throw failure("ENOTSUP");
      },
      utime: (seconds: number) => file.utime(seconds),
    });
  }

  #count(inode: Inode, by: number) {
    const count = (this.#open.get(inode) ?? 0) + by;
    if (count > 0) this.#open.set(inode, count);
    else this.#open.delete(inode);
  }

  #mark(marks: Set<Inode>, inside: string, on: boolean) {
    if (on) marks.add(this.#at(inside));
    else marks.delete(this.#at(inside));
  }
}

/** A link that says of itself that it leads to a folder. */
const DIR = 0o776;

/** What the disk calls by other names than Windows [U]: ERROR_PATH_NOT_FOUND below a file. */
const ERRORS: Readonly<Record<string, string>> = {
  ENOTDIR: "ENOENT",
  EISDIR: "EPERM",
  EACCES: "EPERM",
  EUNKNOWN: "EINVAL",
};

function isFolder(inode: Inode): boolean {
  return inode.kind === "dir" || inode.kind === "link" && inode.attributes.mode === DIR;
}

/** A junction is absolute, and was made of a folder. */
function leadsToFolder(disk: Disk, { to }: { readonly to: string }): boolean {
  if (!to.startsWith("/")) return false;
  try {
    return walk(disk, USER, to, true).inode?.kind === "dir";
  } catch {
    return false;
  }
}

/** [N] What Windows makes of a path: its inside form. */
function insideOf(path: string): string {
  const verbatim = path.startsWith("\\\\?\\");
  if (!verbatim && path.length >= 260) throw failure("ENAMETOOLONG");
  if (!verbatim && !/^([A-Za-z]:[\\/]|\\\\)/.test(path)) throw failure("ENOENT");
  if (!verbatim) path = path.replaceAll("/", "\\");
  const [root] = /^(\\\\\?\\)?([A-Za-z]:|UNC\\[^\\]+\\[^\\]+|\\\\[^\\]+\\[^\\]+)/.exec(path) ??
    [""];
  const names = path.slice(root.length).split("\\").filter((name) => name !== "");
  for (const [n, name] of names.entries()) {
    if (name === "." || name === "..") continue;
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x1f<>:"|?*/]/.test(name)) throw failure("ENOENT");
    if (verbatim) continue;
    names[n] = name.replace(/[. ]+$/, "");
    // What is written to a device is gone, and nothing of that name is there.
    if (refusedName(names[n]) !== null) throw failure("ENOENT");
  }
  return fromNative([root, ...names].join("\\"));
}

function refused(): never {
  throw failure("EPERM");
}

function telling<T>(action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw failure(codeIn(thrown));
  }
}

function codeIn(thrown: unknown): string {
  const code = (thrown as { code?: string }).code ?? "EINVAL";
  return ERRORS[code] ?? code;
}

function failure(code: string): Error {
  return Object.assign(new Error(`(os error) ${code}`), { code });
}

/** A drive with nothing on it but a home. */
export function emptyDrive(now?: () => number): Disk {
  const disk = new Disk({ rules: NTFS, now });
  const fs = new MemoryFs(disk, USER);
  for (const path of ["/c", "/c/Temp", "/c/Users", "/c/Users/maria"]) {
    fs.mkdir(path, 0o755);
    fs.syncDir(dirname(path));
  }
  return disk;
}
