/** Windows behind the calls of `RealFs`: takes and gives inside paths, and makes of what Windows refuses what POSIX
 * does.
 *
 * - A path that is long, or has a name that Windows would interpret, is given with `\\?\`. Names that Windows cannot
 *   have are not made.
 * - A reparse point that is no link (a file that lies in OneDrive, an alias of the Store's) is a file or a folder.
 * - What must not be removed or replaced because it is read-only is made writable first. What must not be because it
 *   is open, a link to a folder or a junction is moved aside (`aside.ts`). Between two steps of a rename nothing is at
 *   its target: the journal's undoing knows that.
 * - A folder is linked by a junction, which needs no privilege, where the link is absolute. */
import { dirname, resolve } from "node:path/posix";
import type { FileInfo } from "../fs.ts";
import type { NativeFile, NativeFs, NativeHandle } from "../native_fs.ts";
import { nativePaths } from "../native_path.ts";
import { Aside } from "./aside.ts";
import { isOnlyVerbatim, refusedIn } from "./names.ts";
import { codeOf, isRefusal, patiently, type Pause, pauseOrThrow } from "./patience.ts";

const { toNative, fromNative } = nativePaths("windows");

/** MAX_PATH is 260 with the end; a folder needs room for a name of 8.3 in it. */
const LONG = 240;
/** Where there is no drive nor share: the folders above them. */
const ABOVE_ALL = /^\/(unc(\/[^/]+)?)?$/;

export interface WindowsOptions {
  /** An inside path: a folder of the user's own for what is in use and goes later. */
  readonly aside: string;
  readonly pause: Pause;
}

/** The runtime's calls on Windows, as `RealFs` needs them. */
export function windowsFs(calls: NativeFs, { aside, pause }: WindowsOptions): NativeFs {
  return new WindowsFs(calls, aside, pause);
}

class WindowsFs implements NativeFs {
  readonly #aside: Aside;
  #linksFiles: boolean | undefined;

  constructor(
    private readonly calls: NativeFs,
    aside: string,
    private readonly pause: Pause,
  ) {
    this.#aside = new Aside(calls, native, aside, (path) => this.#removeAtOnce(path));
  }

  lstat(path: string): FileInfo {
    if (ABOVE_ALL.test(path)) return NO_DRIVE;
    return this.#info(path, this.calls.lstat(native(path)));
  }

  readFile(path: string): Uint8Array {
    return this.#ofFile(path, () => this.calls.readFile(native(path)));
  }

  readLink(path: string): string {
    return fromLink(this.calls.readLink(native(path)));
  }

  readDir(path: string): string[] {
    return this.#below(path, () => this.calls.readDir(native(path)));
  }

  realPath(path: string): string {
    return ABOVE_ALL.test(path) ? path : fromNative(this.calls.realPath(native(path)));
  }

  openRead(path: string): NativeHandle {
    try {
      return this.#patiently(() => this.calls.openRead(native(path)));
    } catch (thrown) {
      if (!this.#isFolder(path)) throw thrown;
      return new OpenFolder(this, path);
    }
  }

  openItself(path: string): NativeFile {
    const info = this.lstat(path);
    if (info.kind === "link") throw failure("ELOOP", "it is a link");
    if (info.kind === "dir") return new OpenFolder(this, path);
    return this.#patiently(() => this.calls.openItself(native(path)));
  }

  openNew(path: string, mode: number): NativeFile {
    const make = () => this.#patiently(() => this.calls.openNew(named(path), mode));
    const file = this.#below(dirname(path), make);
    // The runtime makes each file writable. Who has it open goes on writing.
    if (!isWritable(mode)) file.chmod(mode);
    return file;
  }

  openAppend(path: string, mode: number) {
    return this.#ofFile(path, () => this.calls.openAppend(named(path), mode));
  }

  symlink(to: string, path: string): void {
    const place = named(path);
    const target = resolve(dirname(path), to);
    if (!this.#isFolder(target)) return this.calls.symlink(toNative(to), place, "file");
    if (!to.startsWith("/")) {
      try {
        return this.calls.symlink(toNative(to), place, "dir");
      } catch (thrown) {
        // Without the privilege for links it becomes a junction, which is absolute.
        if (!isRefusal(thrown)) throw thrown;
      }
    }
    this.calls.symlink(toNative(target), place, "junction");
  }

  canLinkFiles(): boolean {
    return this.#linksFiles ??= this.#aside.try((path) => this.symlink("nothing", path));
  }

  link(existing: string, path: string): void {
    this.#patiently(() => this.calls.link(native(existing), named(path)));
  }

  mkdir(path: string, mode: number): void {
    const make = () => this.#patiently(() => this.calls.mkdir(named(path), mode));
    this.#below(dirname(path), make);
  }

  rename(from: string, to: string): void {
    const rename = () => this.calls.rename(native(from), named(to));
    try {
      return rename();
    } catch (thrown) {
      if (!isRefusal(thrown) && codeOf(thrown) !== "EEXIST") throw thrown;
    }
    const source = this.#look(from), target = this.#look(to);
    if (source === null || target === null) return this.#patiently(rename);
    if (source.kind === "dir" || target.kind === "dir") {
      this.#makeWay(to, source, target);
      return this.#patiently(rename);
    }
    if (target.kind === "file" && !isWritable(target.mode) && target.nlink < 2) {
      try {
        return this.#writable(to, rename);
      } catch (thrown) {
        // It is in use, too.
        if (!isRefusal(thrown)) throw thrown;
      }
    }
    this.#aside.around(to, (action) => this.#patiently(action), rename);
  }

  remove(path: string): void {
    const remove = () => this.calls.remove(native(path));
    try {
      return remove();
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
    }
    const info = this.lstat(path);
    // Folders too: those that look special have the attribute.
    const isClosed = info.kind !== "link" && !isWritable(this.calls.lstat(native(path)).mode);
    try {
      if (isClosed) this.#removeReadOnly(path, info);
      else this.#patiently(remove);
    } catch (thrown) {
      if (!isRefusal(thrown) || info.kind === "dir" || !this.#aside.take(path)) throw thrown;
    }
  }

  chmod(path: string, mode: number): void {
    // "Read-only" says something else of folders: that they look special.
    if (this.lstat(path).kind === "dir") return;
    this.#patiently(() => this.calls.chmod(native(path), mode));
  }

  /** There are no owners. */
  chown(path: string): void {
    this.lstat(path);
  }

  utime(path: string, seconds: number): void {
    this.#patiently(() => this.calls.utime(native(path), seconds));
  }

  /** The runtime opens no folder. But NTFS writes names into a log, one after the other, and a file that is flushed
   * takes with it what the log has so far. */
  syncDir(path: string): void {
    const { dev } = this.lstat(path);
    this.#aside.flush(path, dev);
  }

  async lock(path: string, exclusive: boolean) {
    for (let tries = 0;; tries++) {
      try {
        return await this.calls.lock(named(path), exclusive);
      } catch (thrown) {
        pauseOrThrow(this.pause, thrown, tries);
      }
    }
  }

  /** Windows denies access to the content of a folder. */
  #ofFile<T>(path: string, action: () => T): T {
    try {
      return this.#patiently(action);
    } catch (thrown) {
      throw this.#isFolder(path) ? failure("EISDIR", "it is a folder") : thrown;
    }
  }

  /** Windows says of what lies in a file that it is not there. */
  #below<T>(folder: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      const isFile = codeOf(thrown) === "ENOENT" && this.#look(folder)?.kind === "file";
      throw isFile ? failure("ENOTDIR", "a part of the path is no folder") : thrown;
    }
  }

  #patiently<T>(action: () => T): T {
    return patiently(this.pause, action);
  }

  /** A reparse point counts as a link only where the system can say where it leads. */
  #info(path: string, info: FileInfo): FileInfo {
    const kind = info.kind === "link" ? this.#kindOfPoint(path, info) : info.kind;
    if (kind === "file") return { ...info, kind, mode: info.mode & 0o200 ? 0o666 : 0o444 };
    return { ...info, kind, mode: kind === "link" ? 0o777 : 0o755 };
  }

  #kindOfPoint(path: string, { mode }: FileInfo): FileInfo["kind"] {
    try {
      this.calls.readLink(native(path));
      return "link";
    } catch (thrown) {
      if (codeOf(thrown) === "ENOENT") throw thrown;
    }
    try {
      this.calls.readDir(native(path));
      return "dir";
    } catch {
      return (mode & 0o444) === 0 ? "other" : "file";
    }
  }

  #look(path: string): FileInfo | null {
    try {
      return this.lstat(path);
    } catch {
      return null;
    }
  }

  /** Also behind a link. */
  #isFolder(path: string): boolean {
    try {
      return this.lstat(this.realPath(path)).kind === "dir";
    } catch {
      return false;
    }
  }

  /** What a rename of or over a folder gives on POSIX. */
  #makeWay(to: string, source: FileInfo, target: FileInfo) {
    if (source.ino === target.ino && source.ino !== 0) return;
    if (target.kind !== "dir") throw failure("ENOTDIR", "a file is there");
    if (source.kind !== "dir") throw failure("EISDIR", "a folder is there");
    if (this.calls.readDir(native(to)).length > 0) throw failure("ENOTEMPTY", "it is not empty");
    this.remove(to);
  }

  /** Does something with a file that is read-only and shall not be for that. */
  #writable(path: string, action: () => void) {
    this.calls.chmod(native(path), 0o666);
    try {
      action();
    } catch (thrown) {
      this.calls.chmod(native(path), 0o444);
      throw thrown;
    }
  }

  #removeAtOnce(path: string) {
    const info = this.lstat(path);
    if (info.kind === "file" && !isWritable(info.mode)) this.#removeReadOnly(path, info);
    else this.calls.remove(native(path));
  }

  /** The attribute belongs to the file, not to the name: another name's file stays read-only. */
  #removeReadOnly(path: string, { kind, nlink }: FileInfo) {
    const remove = () => this.#patiently(() => this.calls.remove(native(path)));
    if (kind === "dir" || nlink < 2) return this.#writable(path, remove);
    this.#writable(path, () => {
      const file = this.#patiently(() => this.calls.openItself(native(path), true));
      try {
        remove();
        file.chmod(0o444);
      } finally {
        file.close();
      }
    });
  }
}

/** A folder that is not open: Windows opens none for this. */
class OpenFolder implements NativeFile {
  constructor(private readonly fs: NativeFs, private readonly path: string) {}

  read(): number {
    throw failure("EISDIR", "it is a folder");
  }

  write(): number {
    throw failure("EISDIR", "it is a folder");
  }

  info(): FileInfo {
    return this.fs.lstat(this.path);
  }

  utime(seconds: number): void {
    this.fs.utime(this.path, seconds);
  }

  seek(): void {}
  sync(): void {}
  chmod(): void {}
  chown(): void {}
  close(): void {}
}

const NO_DRIVE: FileInfo = {
  ...{ kind: "dir", size: 0, mode: 0o755, mtime: 0, ctime: null },
  ...{ uid: 0, gid: 0, dev: 0, ino: 0, nlink: 1 },
};

function isWritable(mode: number): boolean {
  return (mode & 0o200) !== 0;
}

// deno-lint-ignore no-control-regex
const IN_NO_NAME = /[\x00-\x1f<>:"|?*\\]/;

/** For a thing that is there. What Windows would interpret is looked for as it is. */
function native(inside: string): string {
  if (IN_NO_NAME.test(inside)) throw failure("ENOENT", "Windows has no such names");
  const path = toNative(inside);
  const isPlain = path.length < LONG && !inside.split("/").some(isOnlyVerbatim);
  if (isPlain || !/^([A-Z]:\\|\\\\[^?.])/.test(path)) return path;
  return path.startsWith("\\\\") ? `\\\\?\\UNC\\${path.slice(2)}` : `\\\\?\\${path}`;
}

/** For a thing that is made. @throws where Windows cannot have its name */
function named(inside: string): string {
  const refused = refusedIn(inside);
  if (refused) throw failure("EINVAL", refused.why);
  return native(inside);
}

/** The runtime gives a share's path without what says that it is one. */
function fromLink(to: string): string {
  return fromNative(/^UNC\\[^\\]+\\[^\\]+/.test(to) ? `\\\\${to.slice(4)}` : to);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
