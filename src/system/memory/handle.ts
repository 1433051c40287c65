/** An open file of a disk in memory. */
import type { FileHandle } from "../fs.ts";
import { type Disk, Refusal } from "./disk.ts";
import type { Inode } from "./inode.ts";

export type Opened = "reading" | "writing" | "appending";

/** Runs an action on an open file, and says what failed. */
export type Attempt = <T>(doing: string, action: () => T) => T;

export class MemoryHandle implements FileHandle {
  readonly #disk: Disk;
  readonly #inode: Inode;
  readonly #opened: Opened;
  readonly #attempt: Attempt;
  readonly #age: number;
  #position = 0;
  #closed = false;

  constructor(disk: Disk, inode: Inode, opened: Opened, attempt: Attempt) {
    this.#disk = disk;
    this.#inode = inode;
    this.#opened = opened;
    this.#attempt = attempt;
    this.#age = disk.age;
  }

  read(buffer: Uint8Array): number {
    return this.#attempt("read", () => {
      const { content } = this.#file(this.#opened === "reading");
      const bytes = content.bytes.subarray(this.#position, this.#position + buffer.length);
      buffer.set(bytes);
      this.#position += bytes.length;
      return bytes.length;
    });
  }

  seek(position: number): void {
    this.#position = position;
  }

  write(bytes: Uint8Array): void {
    this.#attempt("write", () => {
      const file = this.#file(this.#opened !== "reading");
      if (this.#disk.readOnly) throw new Refusal("EROFS");
      const at = this.#opened === "appending" ? file.content.size : this.#position;
      try {
        this.#disk.write(file, at, bytes);
      } finally {
        this.#position = Math.min(at + bytes.length, file.content.size);
      }
    });
  }

  sync(): void {
    this.#attempt("flush", () => {
      this.#alive();
      this.#disk.flush(this.#inode);
    });
  }

  close(): void {
    this.#closed = true;
  }

  #file(allowed: boolean) {
    this.#alive();
    if (!allowed) throw new Refusal("EUNKNOWN");
    if (this.#inode.kind !== "file") throw new Refusal("EISDIR");
    return this.#inode;
  }

  #alive() {
    if (this.#closed || this.#age !== this.#disk.age) throw new Refusal("EUNKNOWN");
  }
}
