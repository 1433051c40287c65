/** A folder for what is in nobody's way: what is in use is moved there, and removed by a later command. */
import { basename, dirname, join } from "node:path/posix";
import type { FileInfo } from "../fs.ts";
import type { NativeFs } from "../native_fs.ts";
import { codeOf, isRefusal } from "./patience.ts";

/** Tries again while something is refused for a reason that may pass. */
type Patiently = <T>(action: () => T) => T;

export class Aside {
  #count = 0;
  #isTidy = false;

  /**
   * @param native gives a path in the form that `calls` take
   * @param remove removes a file or link, read-only ones too
   */
  constructor(
    private readonly calls: NativeFs,
    private readonly native: (inside: string) => string,
    private readonly folder: string,
    private readonly remove: (inside: string) => void,
  ) {}

  /** Takes a thing away from its path; false where it can't be moved either. */
  take(path: string): boolean {
    try {
      this.#remove(this.#move(path));
      return true;
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      return false;
    }
  }

  /** Whether something can be made, tried out of everybody's way. */
  try(make: (path: string) => void): boolean {
    this.#tidy();
    const path = this.#free(this.folder, "tried");
    try {
      make(path);
    } catch {
      return false;
    }
    this.#remove(path);
    return true;
  }

  /** Changes a file on a folder's disk, and flushes it. */
  flush(folder: string, dev: number): void {
    this.#tidy();
    const isNear = this.#info(this.folder)?.dev === dev;
    const path = join(isNear ? this.folder : folder, ".syslua-flushed");
    try {
      const file = this.calls.openAppend(this.native(path), 0o600);
      try {
        file.write(new Uint8Array(1));
        file.sync();
      } finally {
        file.close();
      }
      if (!isNear) this.#remove(path);
    } catch (thrown) {
      // Where nothing can be made no name was changed.
      if (!isRefusal(thrown)) throw thrown;
    }
  }

  /** Does something that needs a path to be free, and gives back what was there where that fails. Each of the renames is
   * tried again by itself: what was moved is not at its path any more. */
  around(path: string, patiently: Patiently, action: () => void): void {
    const moved = patiently(() => this.#move(path));
    try {
      patiently(action);
    } catch (thrown) {
      patiently(() => this.calls.rename(this.native(moved), this.native(path)));
      throw thrown;
    }
    this.#remove(moved);
  }

  /** Another disk's things lie beside their path for the moment. */
  #move(path: string): string {
    this.#tidy();
    for (const folder of [this.folder, dirname(path)]) {
      const to = this.#free(folder, basename(path));
      try {
        this.calls.rename(this.native(path), this.native(to));
        return to;
      } catch (thrown) {
        if (folder !== this.folder || !["EXDEV", "ENOENT"].includes(codeOf(thrown))) throw thrown;
      }
    }
    throw new Error("unreachable");
  }

  #free(folder: string, name: string): string {
    for (;;) {
      const path = join(folder, `.syslua-aside-${++this.#count}-${name.slice(0, 100)}`);
      if (this.#info(path) === null) return path;
    }
  }

  #info(path: string): FileInfo | null {
    try {
      return this.calls.lstat(this.native(path));
    } catch {
      return null;
    }
  }

  /** What is still in use stays for a later command. */
  #remove(path: string): void {
    try {
      this.remove(path);
    } catch {
      // It is in use.
    }
  }

  /** Removes what earlier commands have left, once. */
  #tidy(): void {
    if (this.#isTidy) return;
    this.#isTidy = true;
    try {
      if (this.#info(this.folder) === null) {
        return this.calls.mkdir(this.native(this.folder), 0o700);
      }
      for (const name of this.calls.readDir(this.native(this.folder))) {
        this.#remove(join(this.folder, name));
      }
    } catch {
      // Without the folder things lie beside their path.
    }
  }
}
