/** Copying: files through one buffer, trees while they are being hashed. */
import type { Buffer } from "node:buffer";
import type { FileHandle, FileInfo, FileSystem, OpenFile, ReadFs } from "../system/mod.ts";
import { withBuffer } from "./buffer.ts";
import { canonicalMode, FOLDER_MODE, MTIME, privateMode } from "./form.ts";
import type { NarFilter } from "./nar.ts";
import { isPrivate } from "./privacy.ts";

/** Writes a new file of an object, with the content of another, changed by the filter that it goes through, if there is
 * one. */
export function copyThrough(
  fs: FileSystem,
  from: string,
  to: string,
  mode: number,
  filter?: NarFilter,
): void {
  const target = fs.create(to, mode);
  try {
    streamFile(fs, from, (bytes) => target.write(bytes), filter);
    target.utime(MTIME);
  } finally {
    target.close();
  }
}

/** Reads a file through a window that the filter sees before the sink does. */
export function streamFile(
  fs: ReadFs,
  path: string,
  sink: (bytes: Uint8Array) => void,
  filter?: NarFilter,
): void {
  const source = fs.openRead(path);
  try {
    withBuffer((buffer) => pump(source, buffer, sink, filter));
  } finally {
    source.close();
  }
}

function pump(
  source: FileHandle,
  buffer: Buffer,
  sink: (bytes: Uint8Array) => void,
  filter?: NarFilter,
) {
  const overlap = filter?.overlap ?? 0;
  let used = 0;
  while (true) {
    const count = source.read(buffer.subarray(used));
    used += count;
    if (count !== 0 && used < buffer.length) continue;
    filter?.see(buffer.subarray(0, used));
    if (count === 0) return sink(buffer.subarray(0, used));
    sink(buffer.subarray(0, used - overlap));
    buffer.copyWithin(0, used - overlap, used);
    used = overlap;
  }
}

/** A view of a tree that copies whatever is read through it, in canonical form. So a tree is copied and hashed
 * in one walk, and what is hashed is what was copied. */
export class CopyingTree implements ReadFs {
  /** Paths below the tree of what others may not read. */
  readonly privatePaths: string[] = [];
  readonly #folders: { readonly path: string; readonly mode: number }[] = [];
  readonly #modes = new Map<string, number>();

  readonly #whole: boolean;
  readonly #flush: boolean;

  /** @param how `whole`: all of it is private, whatever its permissions; `flush`: a single file is flushed */
  constructor(
    readonly fs: FileSystem,
    readonly from: string,
    readonly to: string,
    { whole = false, flush = true }: { readonly whole?: boolean; readonly flush?: boolean } = {},
  ) {
    this.#whole = whole;
    this.#flush = flush;
  }

  /** What the top folder's mode is to be. */
  get folderMode(): number {
    return this.#folders[0]?.mode ?? FOLDER_MODE;
  }

  lstat(path: string): FileInfo | null {
    const info = this.fs.lstat(path);
    if (info === null) return null;
    const copy = this.#copyOf(path);
    if (info.kind === "dir") {
      this.fs.mkdir(copy, 0o700);
      this.#folders.push({ path: copy, mode: this.#modeOf(path, info) });
    } else if (info.kind === "link") {
      this.fs.symlink(this.fs.readLink(path), copy);
    } else if (info.kind === "file") {
      const mode = this.#modeOf(path, info);
      if (info.size === 0) this.#finish(this.fs.create(copy, mode), copy);
      else this.#modes.set(path, mode);
    }
    return info;
  }

  openRead(path: string): FileHandle {
    const source = this.fs.openRead(path);
    const copy = this.#copyOf(path);
    const mode = this.#modes.get(path) ?? 0o400;
    this.#modes.delete(path);
    let target: OpenFile;
    try {
      target = this.fs.create(copy, mode);
    } catch (thrown) {
      source.close();
      throw thrown;
    }
    return {
      read: (buffer) => {
        const count = source.read(buffer);
        target.write(buffer.subarray(0, count));
        return count;
      },
      write: (bytes) => source.write(bytes),
      seek: () => {
        throw new Error("a file that is being copied is read from its start to its end");
      },
      sync: () => target.sync(),
      close: () => {
        source.close();
        this.#finish(target, copy);
      },
    };
  }

  readDir(path: string): string[] {
    return this.fs.readDir(path);
  }

  readFile(path: string): Uint8Array {
    return this.fs.readFile(path);
  }

  /** What the copy points to, so that hash and copy agree. */
  readLink(path: string): string {
    return this.fs.readLink(this.#copyOf(path));
  }

  realPath(path: string): string {
    return this.fs.realPath(path);
  }

  /** Makes the folders below the top read-only, innermost first. The top one has to move yet. */
  close(): void {
    for (const { path, mode } of this.#folders.slice(1).reverse()) {
      this.fs.utime(path, MTIME);
      this.fs.chmod(path, mode);
    }
  }

  #modeOf(path: string, info: FileInfo): number {
    const mode = info.kind === "dir" ? FOLDER_MODE : canonicalMode(info.mode);
    if (!isPrivate(info) && !(this.#whole && path === this.from)) return mode;
    this.privatePaths.push(path.slice(this.from.length));
    return privateMode(mode);
  }

  #finish(target: OpenFile, copy: string) {
    try {
      target.utime(MTIME);
      // A file of its own has no seal that would tell what a power cut made of it.
      if (this.#flush && copy === this.to) target.sync();
    } finally {
      target.close();
    }
  }

  #copyOf(path: string): string {
    return this.to + path.slice(this.from.length);
  }
}
