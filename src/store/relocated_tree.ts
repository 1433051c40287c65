/** Takes a tree, shows it with the places of one root named as those of another. */
import { Buffer } from "node:buffer";
import type { FileHandle, FileInfo, FileSystem, ReadFs } from "../system/mod.ts";
import { streamFile } from "./copy.ts";
import { canonicalMode, MTIME } from "./form.ts";
import type { Relocation } from "./relocation.ts";
import { HashScan, replaceInText, type Replacement } from "./scan.ts";

/** Bytes of a file that are read at a time. */
const CHUNK = 1 << 18;

/** A file or link that can't be moved to another root. */
export interface BoundFile {
  readonly path: string;
  /** `binary`: it holds a place between bytes that are no text. `stray`: it holds another path of the store. */
  readonly why: "binary" | "stray";
}

/** What moving a file comes to. */
interface Measure {
  readonly size: number;
  readonly places: number;
  readonly bound: BoundFile["why"] | null;
}

/** A view of a tree. Hash parts are replaced first, as a `HashScan` does. */
export class RelocatedTree implements ReadFs {
  /** How many places were moved. */
  places = 0;

  /** `onBound` may throw. */
  constructor(
    readonly fs: ReadFs,
    readonly relocation: Relocation,
    readonly replacements: readonly Replacement[],
    readonly onBound: (bound: BoundFile) => void,
  ) {}

  lstat(path: string): FileInfo | null {
    const info = this.fs.lstat(path);
    if (info?.kind !== "file" || info.size < this.relocation.from.length) return info;
    const { size, places, bound } = this.measure(path);
    if (bound !== null) this.onBound({ path, why: bound });
    this.places += places;
    return { ...info, size };
  }

  readLink(path: string): string {
    const target = Buffer.from(replaceInText(this.fs.readLink(path), this.replacements));
    const { pieces, places, stray } = this.relocation.move(target, target.length);
    if (stray) this.onBound({ path, why: "stray" });
    this.places += places;
    return Buffer.concat(pieces).toString();
  }

  openRead(path: string): FileHandle {
    return new RelocatedFile(this.fs.openRead(path), this);
  }

  readDir(path: string): string[] {
    return this.fs.readDir(path);
  }

  readFile(path: string): Uint8Array {
    return this.fs.readFile(path);
  }

  realPath(path: string): string {
    return this.fs.realPath(path);
  }

  /** Reads a file once, to tell what moving it comes to. */
  measure(path: string): Measure {
    const file = new RelocatedFile(this.fs.openRead(path), this);
    try {
      let size = 0;
      const buffer = Buffer.allocUnsafe(CHUNK);
      for (let count = file.read(buffer); count > 0; count = file.read(buffer)) size += count;
      const { places, stray, binary } = file;
      return { size, places, bound: stray ? "stray" : places > 0 && binary ? "binary" : null };
    } finally {
      file.close();
    }
  }
}

/** A file that is moved while it is read. */
class RelocatedFile implements FileHandle {
  places = 0;
  stray = false;
  /** A NUL byte was among what was read. */
  binary = false;
  /** Read, and not yet moved. */
  #held: Buffer = Buffer.alloc(0);
  /** Moved, and not yet given. */
  #ready: Uint8Array[] = [];
  #ended = false;
  readonly #scan: HashScan;
  readonly #overlap: number;

  constructor(readonly source: FileHandle, readonly tree: RelocatedTree) {
    this.#scan = new HashScan([], tree.replacements);
    this.#overlap = tree.relocation.overlap + this.#scan.overlap;
  }

  read(buffer: Uint8Array): number {
    while (this.#ready.length === 0 && !this.#ended) this.#more();
    const [piece] = this.#ready;
    if (piece === undefined) return 0;
    const count = Math.min(piece.length, buffer.length);
    buffer.set(piece.subarray(0, count));
    if (count === piece.length) this.#ready.shift();
    else this.#ready[0] = piece.subarray(count);
    return count;
  }

  #more() {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const count = this.source.read(chunk);
    this.#ended = count === 0;
    const read = chunk.subarray(0, count);
    if (read.indexOf(0) >= 0) this.binary = true;
    const bytes = Buffer.concat([this.#held, read]);
    this.#scan.see(bytes);
    const limit = this.#ended ? bytes.length : Math.max(0, bytes.length - this.#overlap);
    const { pieces, used, places, stray } = this.tree.relocation.move(bytes, limit);
    this.places += places;
    this.stray ||= stray;
    this.#held = bytes.subarray(used);
    this.#ready = pieces.filter(({ length }) => length > 0);
  }

  write(bytes: Uint8Array): void {
    this.source.write(bytes);
  }

  seek(): void {
    throw new Error("a file that is being moved is read from its start to its end");
  }

  sync(): void {
    this.source.sync();
  }

  close(): void {
    this.source.close();
  }
}

/** Names the places in a tree as those of another root, on disk; gives how many there are. `spare` is a path beside
 * the tree that is free. */
export function relocateTree(
  fs: FileSystem,
  path: string,
  relocation: Relocation,
  spare: string,
): number {
  const tree = new RelocatedTree(fs, relocation, [], () => {});
  let places = 0;
  const visit = (at: string) => {
    const info = fs.lstat(at);
    if (info?.kind === "dir") { for (const name of fs.readDir(at)) visit(`${at}/${name}`); }
    else if (info?.kind === "link") {
      const target = tree.readLink(at);
      if (target === fs.readLink(at)) return;
      fs.symlink(target, spare);
      fs.rename(spare, at);
    } else if (info?.kind === "file") {
      const found = tree.measure(at).places;
      places += found;
      if (found === 0 || relocation.from === relocation.to) return;
      const copy = fs.create(spare, canonicalMode(info.mode));
      try {
        streamFile(tree, at, (bytes) => copy.write(bytes));
        copy.utime(MTIME);
      } finally {
        copy.close();
      }
      fs.rename(spare, at);
    }
  };
  visit(path);
  // The view has counted those in links.
  return places + tree.places;
}
