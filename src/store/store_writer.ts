/** A store that can be written: its system, its paths, its folders. */
import { dirname } from "node:path/posix";
import { type FileSystem, FsError, type Host } from "../system/mod.ts";
import { FOLDER_MODE, MTIME } from "./form.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { inObjects } from "./obj_folder.ts";
import { sealedInode } from "./record.ts";
import { reseal } from "./remake.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";
import { removeTree } from "./remove.ts";

/** What file systems say that make no hard links. */
const NO_LINKS = new Set<string>(["EPERM", "EXDEV", "EMLINK", "EUNKNOWN"]);

/** What is finished, and has no name yet. */
interface Unnamed {
  readonly spare: string;
  readonly object: ObjectName;
  /** Of a folder. */
  readonly folderMode?: number;
}

export class StoreWriter {
  readonly fs: FileSystem;
  readonly host: Host;
  readonly layout: Layout;
  readonly #shared: boolean;
  #prepared = false;

  /** `shared`: other users may read it. */
  constructor(system: { fs: FileSystem; host: Host }, root: string, shared: boolean) {
    this.fs = system.fs;
    this.host = system.host;
    this.layout = layoutOf(root);
    this.#shared = shared;
  }

  /** Makes the root. A user's is private: the originals of files are kept in the store. */
  prepareRoot(): void {
    const { root } = this.layout;
    this.#folder(root, this.#shared ? 0o755 : 0o700);
    const info = this.fs.lstat(root);
    const closed = info?.kind === "dir" && info.uid === this.host.uid && (info.mode & 0o055) === 0;
    if (this.#shared && closed) this.fs.chmod(root, 0o755);
  }

  /** Makes the folders that are not there yet. */
  prepare(): void {
    if (this.#prepared) return;
    const { root, dir, obj, pkg, drv, drvOut, refs, log, tmp } = this.layout;
    this.prepareRoot();
    this.#folder(dir, 0o755);
    const folders: readonly (readonly [string, number])[] = [
      ...[pkg, drv, drvOut, refs, log].map((folder) => [folder, 0o755] as const),
      [obj, FOLDER_MODE],
      // What is being made has the modes that a build gave it: others could write into it, or run it as its owner.
      [tmp, 0o700],
    ];
    const made = folders.filter(([folder, mode]) => this.#make(folder, mode));
    if (made.length > 0) this.fs.syncDir(dir);
    this.#close(tmp, 0o700);
    // Who may read it could hold it for ever.
    this.#close(`${root}/lock`, 0o600);
    this.#prepared = true;
  }

  /** Closes to others what an earlier version has made open. */
  #close(path: string, mode: number) {
    const info = this.fs.lstat(path);
    const kind = (mode & 0o100) === 0 ? "file" : "dir";
    const open = info?.kind === kind && info.uid === this.host.uid && (info.mode & 0o077) !== 0;
    if (open && this.host.os !== "windows") this.fs.chmod(path, mode);
  }

  #folder(path: string, mode: number) {
    if (this.fs.lstat(path) !== null) return;
    const parent = dirname(path);
    if (parent !== path) this.#folder(parent, 0o755);
    this.#make(path, mode);
    this.fs.syncDir(parent);
  }

  /** Makes a folder in one that is there; false where it is there already. */
  #make(path: string, mode: number): boolean {
    if (this.fs.lstat(path) !== null) return false;
    try {
      this.fs.mkdir(path, mode);
    } catch (thrown) {
      // Another process may have been faster.
      if (this.fs.lstat(path)?.kind !== "dir") throw thrown;
    }
    return true;
  }

  /** Whether there is no folder for objects yet. */
  isEmpty(): boolean {
    return !this.#prepared && this.fs.lstat(this.layout.obj) === null;
  }

  /** Whether an object is here. */
  has(object: ObjectName): boolean {
    return this.fs.lstat(objectPath(this.layout, object)) !== null;
  }

  /**
   * Names a finished tree as an object, in one step; drops it when the object is there already. Its top folder is
   * still open, everything below is closed.
   *
   * A folder can only move to another parent while it is writable, and must not be writable under its name. So
   * it moves into `obj/` under a name with a dot, is closed, and is renamed there.
   */
  put(tree: string, object: ObjectName): void {
    if (this.fs.lstat(tree)?.kind === "dir") this.#putFolder(tree, object, FOLDER_MODE);
    else this.#putFiles([{ spare: tree, object }], () => {});
  }

  /** The same for what was written, in this order. @param onNamed called after each */
  putAll(all: readonly Unnamed[], onNamed: () => void): void {
    for (let next = 0; next < all.length;) {
      const { spare, object, folderMode } = all[next];
      if (folderMode !== undefined) {
        this.#putFolder(spare, object, folderMode);
        onNamed();
        next++;
        continue;
      }
      const folder = all.findIndex((one, n) => n > next && one.folderMode !== undefined);
      const end = folder < 0 ? all.length : folder;
      this.#putFiles(all.slice(next, end), onNamed);
      next = end;
    }
  }

  #putFolder(tree: string, object: ObjectName, folderMode: number) {
    this.#move(tree, object, folderMode);
    this.#checkSeal(object);
  }

  /** Names finished files or links. */
  #putFiles(files: readonly Unnamed[], onNamed: () => void) {
    const { fs, layout } = this;
    let next = 0;
    // Where the folder is closed meanwhile, this begins again with the one that could not be named.
    inObjects(fs, layout, () => {
      for (; next < files.length; next++) {
        const { spare, object } = files[next];
        if (!this.#link(spare, objectPath(layout, object))) this.#checkSeal(object);
        onNamed();
      }
    });
  }

  /** Makes the seal again when it is another one's. */
  #checkSeal(object: ObjectName) {
    // Of two processes that store the same, one's record may describe the other's tree. Whose file was linked need
    // not look: the other one's link has failed, and the other one looks.
    const { fs, layout } = this;
    const found = fs.lstat(objectPath(layout, object));
    if (sealedInode(fs, layout, object) !== found?.ino) reseal(fs, layout, object);
  }

  /** Names a file in a step that does not replace what another process has just put there; false where it is there
   * already, or this file system has no such step. */
  #link(file: string, path: string): boolean {
    const { fs } = this;
    if (fs.holds.modes === "read-only") {
      // A second name could only be removed where the file, and with it the object, is made writable.
      fs.rename(file, path);
      return false;
    }
    let linked = true;
    try {
      fs.link(file, path);
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
      if (NO_LINKS.has(thrown.code)) {
        fs.rename(file, path);
        return false;
      }
      if (thrown.code !== "EEXIST") throw thrown;
      linked = false;
    }
    fs.remove(file);
    return linked;
  }

  #move(tree: string, object: ObjectName, folderMode: number): void {
    const { fs } = this;
    const path = objectPath(this.layout, object);
    if (fs.lstat(path) !== null) {
      removeTree(fs, tree);
      return;
    }
    const moved = `${this.layout.obj}/.new-${sparePath(this.layout).slice(-24)}`;
    inObjects(fs, this.layout, () => fs.rename(tree, moved));
    try {
      fs.utime(moved, MTIME);
      fs.chmod(moved, folderMode);
      inObjects(fs, this.layout, () => fs.rename(moved, path));
    } catch (thrown) {
      // Another process may have been faster with the same object.
      if (fs.lstat(path)?.kind === "dir") {
        inObjects(fs, this.layout, () => void removeTree(fs, moved));
        return;
      }
      discard(() => {
        fs.chmod(moved, 0o755);
        inObjects(fs, this.layout, () => fs.rename(moved, tree));
      });
      throw thrown;
    }
  }
}
