/** Takes the signature of a program for macOS, gives the parts that hold the hashes of its pages. The format is that of
 * Apple's <kern/cs_blobs.h>; all numbers are big endian. Pure. */
import { createHash } from "node:crypto";
import { Bytes } from "../../system/bytes.ts";

/** A list of hashes, one for each page. */
export interface CodeDirectory {
  /** Where the hashes begin in the signature. */
  readonly at: number;
  /** Bytes of the program that are hashed, from its start. */
  readonly limit: number;
  readonly pageSize: number;
  readonly algorithm: string;
  /** Bytes of a hash that are kept. */
  readonly hashSize: number;
  /** The hashes. */
  readonly hashes: Uint8Array;
}

const SUPER_BLOB = 0xfade0cc0, CODE_DIRECTORY = 0xfade0c02;
/** Slots of a super blob: the code directory, others with other algorithms, a certificate's signature. */
const DIRECTORY_SLOT = 0, OTHERS_FIRST = 0x1000, OTHERS_LAST = 0x1005, CERTIFIED_SLOT = 0x10000;
const ADHOC = 0x2;
const ALGORITHMS: Readonly<Record<number, readonly [string, number]>> = {
  1: ["sha1", 20],
  2: ["sha256", 32],
  3: ["sha256", 20],
  4: ["sha384", 48],
};
/** Slots of a signature, and bits of a page's size, that any signer makes. */
const MOST_SLOTS = 64, MOST_PAGE_BITS = 24;

/** The lists of a signature that nobody has certified; null where there is none, somebody has, or it is damaged. */
export function codeDirectories(signature: Uint8Array): CodeDirectory[] | null {
  const all = new Bytes(signature, false);
  if (all.length < 12 || all.u32(0) !== SUPER_BLOB) return null;
  const count = all.u32(8);
  if (count > MOST_SLOTS || 12 + 8 * count > all.length) return null;
  const found: CodeDirectory[] = [];
  for (let n = 0; n < count; n++) {
    const slot = all.u32(12 + 8 * n), at = all.u32(16 + 8 * n);
    if (at + 8 > all.length) return null;
    // An empty wrapper certifies nothing.
    if (slot === CERTIFIED_SLOT && all.u32(at + 4) > 8) return null;
    if (slot !== DIRECTORY_SLOT && (slot < OTHERS_FIRST || slot > OTHERS_LAST)) continue;
    const one = readDirectory(all, at);
    if (one === null) return null;
    found.push(one);
  }
  return found.length === 0 ? null : found;
}

function readDirectory(all: Bytes, at: number): CodeDirectory | null {
  if (at + 44 > all.length || all.u32(at) !== CODE_DIRECTORY) return null;
  const size = all.u32(at + 4), version = all.u32(at + 8), flags = all.u32(at + 12);
  if (at + size > all.length || size < headSize(version) || (flags & ADHOC) === 0) return null;
  // Pages in several places: no signer makes them.
  if (version >= 0x20100 && all.u32(at + 44) !== 0) return null;
  const limit64 = version >= 0x20300 ? all.u64(at + 56) : 0;
  const limit = limit64 === 0 ? all.u32(at + 32) : limit64;
  const [hashSize, type, bits] = [all.all[at + 36], all.all[at + 37], all.all[at + 39]];
  const [algorithm, known] = ALGORITHMS[type] ?? ["", 0];
  if (hashSize !== known || bits > MOST_PAGE_BITS) return null;
  // No bits: one page.
  const pageSize = bits === 0 ? limit : 2 ** bits;
  const [begin, slots] = [all.u32(at + 16), all.u32(at + 28)];
  if (limit === 0 || slots !== Math.ceil(limit / pageSize)) return null;
  if (begin + slots * hashSize > size) return null;
  const hashes = all.all.subarray(at + begin, at + begin + slots * hashSize);
  return { at: at + begin, limit, pageSize, algorithm, hashSize, hashes };
}

function headSize(version: number): number {
  return version >= 0x20300 ? 64 : version >= 0x20100 ? 48 : 44;
}

/** Hashes the pages of a program while its bytes pass by, from the first to the last. */
export class PageHashes {
  readonly #directory: CodeDirectory;
  readonly #hashes: Uint8Array[] = [];
  #page;
  /** Bytes that have passed. */
  #at = 0;

  constructor(directory: CodeDirectory) {
    this.#directory = directory;
    this.#page = createHash(directory.algorithm);
  }

  see(bytes: Uint8Array): void {
    const { limit, pageSize } = this.#directory;
    for (let from = 0; from < bytes.length && this.#at < limit;) {
      const end = Math.min(limit, (Math.floor(this.#at / pageSize) + 1) * pageSize);
      const part = bytes.subarray(from, from + end - this.#at);
      this.#page.update(part);
      this.#at += part.length;
      from += part.length;
      if (this.#at === end) this.#close();
    }
  }

  /** The hashes of all pages; null where bytes are missing. */
  all(): Uint8Array | null {
    const { limit, hashSize } = this.#directory;
    if (this.#at < limit) return null;
    const found = new Uint8Array(this.#hashes.length * hashSize);
    this.#hashes.forEach((hash, n) => found.set(hash, n * hashSize));
    return found;
  }

  #close() {
    const { algorithm, hashSize } = this.#directory;
    this.#hashes.push(this.#page.digest().subarray(0, hashSize));
    this.#page = createHash(algorithm);
  }
}
