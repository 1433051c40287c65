/** Takes a tree that a build made, gives it the form that every object has. */
import { SysError } from "../errors.ts";
import type { FileHandle, FileInfo, FileSystem, Host, ReadFs } from "../system/mod.ts";
import { copyThrough } from "./copy.ts";
import { type Entry, entryOf, sealOf } from "./entries.ts";
import { canonicalMode, FOLDER_MODE, giveForm, MTIME } from "./form.ts";

/**
 * A view of a tree that gives each entry its canonical form before it shows it: files 0444 or 0555, times 1, no
 * setuid bits, no foreign owner. So a tree is put in order and hashed in one walk. Folders stay writable until
 * `close`, since files in them may still have to be replaced.
 *
 * A file with hard links is changed only when all its names are in the tree: otherwise it belongs to somebody
 * else too, and the tree gets a copy of its own.
 */
export class CanonicalTree implements ReadFs {
  readonly #folders: string[] = [];
  /** What was seen, as it is in the end; null when it has to be looked at again. */
  #entries: Entry[] | null = [];
  #top: string | null = null;
  readonly #linked = new Map<string, { info: FileInfo; paths: string[] }>();
  readonly #fs: FileSystem;
  readonly #uid: number;
  readonly #gid: number;
  /** Windows shows other permissions than those that were set. */
  readonly #exact: boolean;
  readonly #refuse: (name: string, folder: string) => void;

  /** `refuse` may throw on the name of an entry. */
  constructor(
    system: { fs: FileSystem; host: Host },
    refuse: (name: string, folder: string) => void = () => {},
  ) {
    this.#fs = system.fs;
    this.#uid = system.host.uid;
    this.#gid = system.host.gid;
    this.#exact = system.host.os !== "windows";
    this.#refuse = refuse;
  }

  lstat(path: string): FileInfo | null {
    const info = this.#fs.lstat(path);
    if (info === null) return null;
    this.#top ??= path;
    const mode = info.kind === "dir" ? FOLDER_MODE : canonicalMode(info.mode);
    this.#entries?.push(entryOf(path.slice(this.#top.length), info, mode));
    if (info.kind === "dir") {
      this.#own(path, info);
      if ((info.mode & 0o7700) !== 0o700) this.#fs.chmod(path, 0o755);
      this.#folders.push(path);
      return info;
    }
    if (info.kind === "link") {
      this.#own(path, info);
      return info;
    }
    if (info.kind === "other") {
      throw new SysError("build", `Cannot store ${path}: it is a socket, a pipe or a device`, {
        hint: "remove it at the end of the build: only files, links and folders can be stored",
      });
    }
    if (info.nlink > 1) this.#remember(path, info);
    else this.#settle(path, info);
    return info;
  }

  readDir(path: string): string[] {
    const names = this.#fs.readDir(path);
    for (const name of names) this.#refuse(name, path);
    return names;
  }

  readFile(path: string): Uint8Array {
    return this.#fs.readFile(path);
  }

  readLink(path: string): string {
    return this.#fs.readLink(path);
  }

  realPath(path: string): string {
    return this.#fs.realPath(path);
  }

  openRead(path: string): FileHandle {
    return this.#fs.openRead(path);
  }

  /** Settles the files with several names, after the walk. `spare` is a path beside the tree. */
  settleLinked(spare: string): void {
    for (const { info, paths } of this.#linked.values()) {
      if (paths.length === info.nlink) {
        this.#settle(paths[0], info);
        continue;
      }
      this.#entries = null;
      for (const path of paths) {
        copyThrough(this.#fs, path, spare, canonicalMode(info.mode));
        this.#fs.rename(spare, path);
      }
    }
    this.#linked.clear();
  }

  /** Makes the folders below the top read-only, innermost first. The top one has to move yet. */
  close(): void {
    for (const folder of this.#folders.slice(1).reverse()) {
      this.#fs.utime(folder, MTIME);
      this.#fs.chmod(folder, FOLDER_MODE);
    }
  }

  /** The seal of the tree, which is settled and closed: what the walk has seen, so that nothing is looked at twice.
   * @param rewritten files of it were replaced since */
  seal(rewritten: boolean): Entry[] {
    if (this.#exact && this.#entries !== null && !rewritten) return this.#entries;
    return sealOf(this.#fs, this.#top ?? "");
  }

  #settle(path: string, info: FileInfo) {
    this.#own(path, info);
    giveForm(this.#fs, path, info, canonicalMode(info.mode));
  }

  #own(path: string, info: FileInfo) {
    if (info.uid !== this.#uid || info.gid !== this.#gid) {
      this.#fs.chown(path, this.#uid, this.#gid);
    }
  }

  #remember(path: string, info: FileInfo) {
    const key = `${info.dev}:${info.ino}`;
    const known = this.#linked.get(key);
    if (known) known.paths.push(path);
    else this.#linked.set(key, { info, paths: [path] });
  }
}
