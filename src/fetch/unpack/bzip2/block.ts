/** Takes the bits of one block, gives its bytes as they were before they were sorted (Burrows and Wheeler). */
import type { BitReader } from "./bits.ts";
import { PrefixCode } from "./huffman.ts";

/** Symbols that one code is used for before the next selector counts. */
const GROUP = 50;
/** Symbols for the two digits of a run's length. */
const RUN_A = 0, RUN_B = 1;

/** A block whose bytes are still sorted: `next[n] >>> 8` is the place of the byte after the one at n, which is its
 * lowest 8 bits. */
export interface SortedBlock {
  readonly next: Uint32Array;
  readonly size: number;
  /** Place of the first byte. */
  readonly start: number;
}

/** Reads a block after its CRC. `next` has room for the largest block, and is reused. */
export function readBlock(bits: BitReader, next: Uint32Array): SortedBlock {
  if (bits.take(1) !== 0) {
    throw new Error("it is randomized, as by versions before 1998; those are not supported");
  }
  const origin = bits.take(12) << 12 | bits.take(12);
  const used = readUsed(bits);
  const selectors = readSelectors(bits);
  const counts = new Uint32Array(256);
  const size = readBytes(new Symbols(bits, selectors, used.length + 2), used, next, counts);
  if (origin >= size) throw new Error("its start is outside of it");
  unsort(next, size, counts);
  return { next, size, start: next[origin] >>> 8 };
}

/** Bytes that occur: 16 bits for ranges of 16, then 16 for each range that has some. */
function readUsed(bits: BitReader): number[] {
  const ranges = bits.take(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & 0x8000 >>> range) === 0) continue;
    const within = bits.take(16);
    for (let n = 0; n < 16; n++) if ((within & 0x8000 >>> n) !== 0) used.push(range * 16 + n);
  }
  if (used.length === 0) throw new Error("no byte occurs in it");
  return used;
}

interface Selectors {
  readonly codes: number;
  /** Which code each group of symbols has. */
  readonly list: Uint8Array;
}

function readSelectors(bits: BitReader): Selectors {
  const codes = bits.take(3);
  const list = new Uint8Array(bits.take(15));
  if (codes < 2 || codes > 6 || list.length === 0) throw new Error("it has no codes");
  const recent = Array.from({ length: codes }, (_, n) => n);
  for (let n = 0; n < list.length; n++) {
    let place = 0;
    while (bits.take(1) === 1) {
      if (++place >= codes) throw new Error("a selector is wrong");
    }
    const [code] = recent.splice(place, 1);
    recent.unshift(code);
    list[n] = code;
  }
  return { codes, list };
}

/** The symbols of a block, each by the code that its group has. */
class Symbols {
  readonly #bits: BitReader;
  readonly #list: Uint8Array;
  readonly #codes: readonly PrefixCode[];
  readonly end: number;
  #group = 0;
  #left = 0;
  #code: PrefixCode | undefined;

  constructor(bits: BitReader, { codes, list }: Selectors, size: number) {
    this.#bits = bits;
    this.#list = list;
    this.end = size - 1;
    this.#codes = Array.from({ length: codes }, () => readCode(bits, size));
  }

  read(): number {
    if (this.#left === 0) {
      this.#code = this.#codes[this.#list[this.#group++]];
      this.#left = GROUP;
      if (this.#code === undefined) throw new Error("it has too few selectors");
    }
    this.#left--;
    return this.#code!.read(this.#bits);
  }
}

/** A code: the length for the first symbol, then for each by how much it differs from the one before. */
function readCode(bits: BitReader, size: number): PrefixCode {
  const lengths = new Uint8Array(size);
  let length = bits.take(5);
  for (let symbol = 0; symbol < size; symbol++) {
    for (;;) {
      if (length < 1 || length > 20) throw new Error("a length is wrong");
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return new PrefixCode(lengths);
}

/** Undoes the lengths of runs and the moving to front. @returns how many bytes there are */
function readBytes(
  symbols: Symbols,
  used: readonly number[],
  bytes: Uint32Array,
  counts: Uint32Array,
): number {
  const recent = Uint8Array.from(used);
  let size = 0;
  let symbol = symbols.read();
  while (symbol !== symbols.end) {
    let byte: number;
    let times = 1;
    if (symbol <= RUN_B) {
      times = 0;
      for (let worth = 1; symbol <= RUN_B; worth *= 2) {
        times += symbol === RUN_A ? worth : 2 * worth;
        if (times > bytes.length) throw new Error("a run is too long");
        symbol = symbols.read();
      }
      byte = recent[0];
    } else {
      const place = symbol - 1;
      byte = recent[place];
      for (let n = place; n > 0; n--) recent[n] = recent[n - 1];
      recent[0] = byte;
      symbol = symbols.read();
    }
    if (size + times > bytes.length) throw new Error("it is too large");
    bytes.fill(byte, size, size + times);
    size += times;
    counts[byte] += times;
  }
  return size;
}

/** Links each byte to the one after it. */
function unsort(next: Uint32Array, size: number, counts: Uint32Array): void {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte];
    counts[byte] = sum;
    sum += count;
  }
  for (let n = 0; n < size; n++) next[counts[next[n] & 0xff]++] |= n << 8;
}
