/** The machine's own file system. */
import nodeFs from "node:fs";
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
import { type Holds, POSIX, WINDOWS } from "./holds.ts";
import { openNew, openThing, toInfo } from "./real_open.ts";
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

/** Files and folders of this machine. */
export class RealFs implements FileSystem {
  readonly uid: number | null = Deno.uid();
  readonly holds: Holds = Deno.build.os === "windows" ? WINDOWS : POSIX;
  /** By user and group. */
  readonly #agents = new Map<string, Agent>();

  lstat(path: string): FileInfo | null {
    try {
      return toInfo(Deno.lstatSync(path));
    } catch (thrown) {
      const code = codeOf(thrown);
      // A path below a file does not exist either.
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw new FsError("look at", path, code, thrown);
    }
  }

  readFile(path: string): Uint8Array {
    return attempt("read", path, () => Deno.readFileSync(path));
  }

  readLink(path: string): string {
    return attempt("read the link", path, () => Deno.readLinkSync(path));
  }

  readDir(path: string): string[] {
    const names = attempt("list", path, () => Array.from(Deno.readDirSync(path), (e) => e.name));
    return sortByBytes(names);
  }

  realPath(path: string): string {
    return attempt("resolve", path, () => Deno.realPathSync(path));
  }

  openRead(path: string): FileHandle {
    return attempt("open", path, () => new RealHandle(Deno.openSync(path, { read: true }), path));
  }

  openItself(path: string): OpenFile {
    return attempt("open", path, () => openThing(path, attempt));
  }

  create(path: string, mode: number): OpenFile {
    return attempt("create", path, () => {
      const file = openNew(path, mode, attempt);
      if (narrowed(mode)) file.chmod(mode);
      return file;
    });
  }

  append(path: string, mode: number): FileHandle {
    return attempt("append to", path, () => {
      return new RealHandle(
        Deno.openSync(path, { read: true, append: true, create: true, mode }),
        path,
      );
    });
  }

  symlink(to: string, path: string): void {
    attempt("link", path, () => {
      if (Deno.build.os !== "windows") return Deno.symlinkSync(to, path);
      // Folders as junctions: these need no privilege.
      Deno.symlinkSync(to, path, { type: isFolder(to) ? "junction" : "file" });
    });
  }

  link(existing: string, path: string): void {
    attempt("link", path, () => Deno.linkSync(existing, path));
  }

  mkdir(path: string, mode: number): void {
    attempt("make the folder", path, () => {
      if (!narrowed(mode)) return Deno.mkdirSync(path, { mode });
      // Readable at first, so that it can be opened.
      Deno.mkdirSync(path, { mode: mode | 0o400 });
      const folder = openThing(path, attempt);
      try {
        folder.chmod(mode);
      } finally {
        folder.close();
      }
    });
  }

  rename(from: string, to: string): void {
    attempt(`rename ${from} to`, to, () => Deno.renameSync(from, to));
  }

  remove(path: string): void {
    attempt("remove", path, () => Deno.removeSync(path));
  }

  chmod(path: string, mode: number): void {
    attempt("change the mode of", path, () => Deno.chmodSync(path, mode));
  }

  chown(path: string, uid: number, gid: number): void {
    attempt("change the owner of", path, () => nodeFs.lchownSync(path, uid, gid));
  }

  utime(path: string, seconds: number): void {
    attempt("set the time of", path, () => Deno.utimeSync(path, seconds, seconds));
  }

  syncDir(path: string): void {
    if (Deno.build.os === "windows") return;
    attempt("flush", path, () => {
      const folder = Deno.openSync(path, { read: true });
      try {
        folder.syncSync();
      } finally {
        folder.close();
      }
    });
  }

  canSyncAll(path: string): boolean {
    return canSyncAll(path);
  }

  syncAll(path: string): void {
    attempt("flush", path, () => syncAll(path));
  }

  /** Bound, as is `dismiss`: views of this file system inherit it. */
  readonly as = async (owner: FileOwner): Promise<FileSystem> => {
    if (Deno.uid() === owner.uid) return this;
    if (Deno.uid() !== 0) throw new FsError("act as the user", String(owner.uid), "EPERM");
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
    const file = attempt(
      "lock",
      path,
      () => Deno.openSync(path, { read: true, append: true, create: true, mode: 0o600 }),
    );
    await file.lock(mode === "exclusive");
    return { ino: file.statSync().ino ?? 0, release: () => file.close() };
  }
}

class RealHandle implements FileHandle {
  readonly #file: Deno.FsFile;
  readonly #path: string;

  constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  read(buffer: Uint8Array): number {
    return attempt("read", this.#path, () => this.#file.readSync(buffer) ?? 0);
  }

  seek(position: number): void {
    attempt("read", this.#path, () => this.#file.seekSync(position, Deno.SeekMode.Start));
  }

  write(bytes: Uint8Array): void {
    attempt("write", this.#path, () => {
      for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    });
  }

  sync(): void {
    attempt("flush", this.#path, () => this.#file.syncSync());
  }

  close(): void {
    this.#file.close();
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Whether the umask has taken bits of a mode away: it is set again then. */
function narrowed(mode: number): boolean {
  if (Deno.build.os === "windows") return false;
  return (mode & (ownUmask() | 0o7000)) !== 0;
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
