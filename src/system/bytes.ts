/** Takes an open file, gives the bytes and numbers at its places: null for whatever lies outside of it. */
import type { FileHandle } from "./fs.ts";

/** Longest text that is read: no path or name is longer. */
const LONGEST_TEXT = 4096;

/** Part of a file, which numbers are read from. */
export class Bytes {
  readonly #view: DataView;

  constructor(readonly all: Uint8Array, readonly little: boolean) {
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get length(): number {
    return this.all.length;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.little);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.little);
  }

  /** Numbers that no file has become infinite: every comparison with a size refuses them. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(at, this.little);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }
}

/** A file that is read here and there. */
export class BytesOfFile {
  /** `start`: where the part that counts begins; `size`: how many bytes it has. */
  constructor(readonly handle: FileHandle, readonly size: number, readonly start = 0) {}

  /** A part of it, in which places count from its own start; null when it does not lie within. */
  part(start: number, size: number): BytesOfFile | null {
    if (!this.#has(start, size)) return null;
    return new BytesOfFile(this.handle, size, this.start + start);
  }

  read(at: number, length: number): Uint8Array | null {
    if (!this.#has(at, length)) return null;
    const bytes = new Uint8Array(length);
    this.handle.seek(this.start + at);
    let filled = 0;
    while (filled < length) {
      const count = this.handle.read(bytes.subarray(filled));
      if (count === 0) return null;
      filled += count;
    }
    return bytes;
  }

  bytes(at: number, length: number, little: boolean): Bytes | null {
    const found = this.read(at, length);
    return found && new Bytes(found, little);
  }

  /** A text that ends with a zero before `end`; null where none does, or where it could be no name. */
  text(at: number, end: number): string | null {
    const length = Math.min(end, this.size) - at;
    const bytes = this.read(at, Math.min(length, LONGEST_TEXT));
    const stop = bytes?.indexOf(0) ?? -1;
    if (bytes === null || stop < 0) return null;
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, stop));
      // deno-lint-ignore no-control-regex
      return /[\x00-\x1f\x7f]/.test(text) ? null : text;
    } catch {
      return null;
    }
  }

  #has(at: number, length: number): boolean {
    return at >= 0 && length >= 0 && at + length <= this.size;
  }
}
