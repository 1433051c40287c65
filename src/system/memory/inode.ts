/** What lies on a disk in memory: each thing as it is now, and as it would be found after a power cut. */

/** What can be changed of anything. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

interface Common {
  readonly ino: number;
  dev: number;
  attributes: Attributes;
  /** As they are on the platter. */
  flushed: Attributes;
  /** Names that it has. */
  nlink: number;
  /** Not even root changes, moves or removes it. */
  immutable: boolean;
}

export interface FileInode extends Common {
  readonly kind: "file";
  readonly content: Bytes;
  flushedContent: Uint8Array;
}

export interface FolderInode extends Common {
  readonly kind: "dir";
  entries: Entries;
  flushedEntries: Entries;
  parent: FolderInode;
}

export interface LinkInode extends Common {
  readonly kind: "link";
  readonly to: string;
}

export type Inode = FileInode | FolderInode | LinkInode;

/** A name as it was given, and what has it. */
export interface Entry {
  readonly name: string;
  readonly inode: Inode;
}

/** Name, in the form in which the disk compares names → entry. */
export type Entries = Map<string, Entry>;

/** Bytes that grow. */
export class Bytes {
  #bytes: Uint8Array = new Uint8Array(0);
  #size = 0;

  constructor(bytes?: Uint8Array) {
    if (bytes) this.write(0, bytes);
  }

  get size(): number {
    return this.#size;
  }

  /** Valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, at);
    this.#size = Math.max(this.#size, end);
  }

  replace(bytes: Uint8Array): void {
    this.#bytes = bytes.slice();
    this.#size = bytes.length;
  }
}
