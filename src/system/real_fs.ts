/** The machine's own file system. */
import type { Agent } from "./agent/start.ts";
import {
  type FileHandle,
  type FileInfo,
  type FileLock,
  type FileOwner,
  type FileSystem,
  type FsCode,
  FsError,
  type OpenFile,
} from "./fs.ts";
import { HOLDS, type Holds } from "./holds.ts";
import { DENO_FS } from "./deno_fs.ts";
import type { Os } from "./host.ts";
import type { NativeFile, NativeFs, NativeHandle } from "./native_fs.ts";
import { flushWherePossible } from "./unflushable.ts";
import { ownUmask } from "./umask.ts";
import { canSyncAll, syncAll } from "./real_sync.ts";

const CODES = new Set<string>([
  "ENOENT",
  "EEXIST",
  "EACCES",
  "EPERM",
  "ENOTDIR",
  "EISDIR",
  "ENOTEMPTY",
  "ELOOP",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EXDEV",
  "EMLINK",
  "ENAMETOOLONG",
  "EBUSY",
  "EIO",
]);

/** Whose files: the calls that reach them, and what is known of who makes those. */
export interface RealFsOptions {
  readonly calls: NativeFs;
  readonly os: Os;
  readonly uid: number | null;
}

/** Files and folders of this machine. */
export class RealFs implements FileSystem {
  readonly uid: number | null;
  readonly holds: Holds;
  /** Not private to the class: views of this file system inherit its methods. */
  protected readonly calls: NativeFs;
  /** By user and group. */
  readonly #agents = new Map<string, Agent>();

  constructor(options?: RealFsOptions) {
    this.uid = options ? options.uid : Deno.uid();
    this.holds = HOLDS[options?.os ?? (Deno.build.os === "darwin" ? "darwin" : "linux")];
    this.calls = options?.calls ?? DENO_FS;
  }

  lstat(path: string): FileInfo | null {
    try {
      return this.calls.lstat(path);
    } catch (thrown) {
      const code = codeOf(thrown);
      // A path below a file does not exist either.
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw new FsError("look at", path, code, thrown);
    }
  }

  readFile(path: string): Uint8Array {
    return attempt("read", path, () => this.calls.readFile(path));
  }

  readLink(path: string): string {
    return attempt("read the link", path, () => this.calls.readLink(path));
  }

  readDir(path: string): string[] {
    return sortByBytes(attempt("list", path, () => this.calls.readDir(path)));
  }

  realPath(path: string): string {
    return attempt("resolve", path, () => this.calls.realPath(path));
  }

  openRead(path: string): FileHandle {
    return attempt("open", path, () => new RealHandle(this.calls.openRead(path), path));
  }

  openItself(path: string): OpenFile {
    return attempt("open", path, () => new RealFile(this.calls.openItself(path), path));
  }

  create(path: string, mode: number): OpenFile {
    return attempt("create", path, () => {
      const file = new RealFile(this.calls.openNew(path, mode), path);
      if (this.narrows(mode)) file.chmod(mode);
      return file;
    });
  }

  append(path: string, mode: number): FileHandle {
    return attempt(
      "append to",
      path,
      () => new RealHandle(this.calls.openAppend(path, mode), path),
    );
  }

  symlink(to: string, path: string): void {
    attempt("link", path, () => this.calls.symlink(to, path));
  }

  link(existing: string, path: string): void {
    attempt("link", path, () => this.calls.link(existing, path));
  }

  mkdir(path: string, mode: number): void {
    attempt("make the folder", path, () => {
      if (!this.narrows(mode)) return this.calls.mkdir(path, mode);
      // Readable at first, so that it can be opened.
      this.calls.mkdir(path, mode | 0o400);
      const folder = this.calls.openItself(path);
      try {
        folder.chmod(mode);
      } finally {
        folder.close();
      }
    });
  }

  rename(from: string, to: string): void {
    attempt(`rename ${from} to`, to, () => this.calls.rename(from, to));
  }

  remove(path: string): void {
    attempt("remove", path, () => this.calls.remove(path));
  }

  chmod(path: string, mode: number): void {
    attempt("change the mode of", path, () => this.calls.chmod(path, mode));
  }

  chown(path: string, uid: number, gid: number): void {
    attempt("change the owner of", path, () => this.calls.chown(path, uid, gid));
  }

  utime(path: string, seconds: number): void {
    attempt("set the time of", path, () => this.calls.utime(path, seconds));
  }

  syncDir(path: string): void {
    attempt("flush", path, () => flushWherePossible(() => this.calls.syncDir(path)));
  }

  canLinkFiles(): boolean {
    return this.calls.canLinkFiles?.() ?? true;
  }

  canSyncAll(path: string): boolean {
    return canSyncAll(path);
  }

  syncAll(path: string): void {
    attempt("flush", path, () => syncAll(path));
  }

  /** Bound, as is `dismiss`: views of this file system inherit it. */
  readonly as = async (owner: FileOwner): Promise<FileSystem> => {
    if (this.uid === owner.uid) return this;
    if (this.uid !== 0) throw new FsError("act as the user", String(owner.uid), "EPERM");
    const key = `${owner.uid}:${owner.gid}`;
    let agent = this.#agents.get(key);
    if (agent === undefined || agent.ended()) {
      const { startAgent } = await import("./agent/start.ts");
      this.#agents.set(key, agent = await startAgent(owner));
    }
    return agent.fs;
  };

  readonly dismiss = async (): Promise<void> => {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of agents) await agent.end();
  };

  async lock(path: string, mode: "shared" | "exclusive"): Promise<FileLock> {
    try {
      return await this.calls.lock(path, mode === "exclusive");
    } catch (thrown) {
      throw new FsError("lock", path, codeOf(thrown), thrown);
    }
  }

  /** Whether the umask takes bits of a mode away: it is set again then. */
  protected narrows(mode: number): boolean {
    return this.holds.modes === "all" && (mode & (ownUmask() | 0o7000)) !== 0;
  }
}

class RealHandle<Native extends NativeHandle = NativeHandle> implements FileHandle {
  protected readonly file: Native;
  protected readonly path: string;

  constructor(file: Native, path: string) {
    this.file = file;
    this.path = path;
  }

  read(buffer: Uint8Array): number {
    return attempt("read", this.path, () => this.file.read(buffer));
  }

  seek(position: number): void {
    attempt("read", this.path, () => this.file.seek(position));
  }

  write(bytes: Uint8Array): void {
    attempt("write", this.path, () => {
      for (let done = 0; done < bytes.length;) done += this.file.write(bytes.subarray(done));
    });
  }

  sync(): void {
    attempt("flush", this.path, () => flushWherePossible(() => this.file.sync()));
  }

  close(): void {
    this.file.close();
  }
}

class RealFile extends RealHandle<NativeFile> implements OpenFile {
  info(): FileInfo {
    return attempt("look at", this.path, () => this.file.info());
  }

  chmod(mode: number): void {
    attempt("change the mode of", this.path, () => this.file.chmod(mode));
  }

  chown(uid: number, gid: number): void {
    attempt("change the owner of", this.path, () => this.file.chown(uid, gid));
  }

  utime(seconds: number): void {
    attempt("set the time of", this.path, () => this.file.utime(seconds));
  }
}

function attempt<T>(doing: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    if (thrown instanceof FsError) throw thrown;
    throw new FsError(doing, path, codeOf(thrown), thrown);
  }
}

function codeOf(thrown: unknown): FsCode {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (typeof code === "string" && CODES.has(code)) return code as FsCode;
  if (thrown instanceof Deno.errors.NotFound) return "ENOENT";
  if (thrown instanceof Deno.errors.AlreadyExists) return "EEXIST";
  if (thrown instanceof Deno.errors.PermissionDenied) return "EACCES";
  if (thrown instanceof Deno.errors.NotCapable) return "EPERM";
  if (thrown instanceof Deno.errors.NotADirectory) return "ENOTDIR";
  if (thrown instanceof Deno.errors.IsADirectory) return "EISDIR";
  return "EUNKNOWN";
}

/** Sorts by the bytes of UTF-8, which differs from UTF-16 order only above the surrogates. */
function sortByBytes(names: string[]): string[] {
  names.sort();
  // deno-lint-ignore no-control-regex
  if (names.every((name) => /^[\x00-\x7f]*$/.test(name))) return names;
  const encoder = new TextEncoder();
  const keyed = names.map((name) => ({ name, bytes: encoder.encode(name) }));
  keyed.sort((a, b) => compareBytes(a.bytes, b.bytes));
  return keyed.map(({ name }) => name);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let n = 0; n < length; n++) if (a[n] !== b[n]) return a[n] - b[n];
  return a.length - b.length;
}
