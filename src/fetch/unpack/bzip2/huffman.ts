/** Takes the lengths of a prefix code, gives what reads its symbols. */
import { type BitReader, PEEK } from "./bits.ts";

/** Longest code. */
const LONGEST = 20;
/** Codes up to this length are found in one step. */
const SHORT = 10;

/** A canonical prefix code: codes of one length are numbers in the order of their symbols. */
export class PrefixCode {
  /** By the next `SHORT` bits: symbol × 32 + length, or 0 for a longer code. */
  readonly #short = new Uint16Array(1 << SHORT);
  /** For each length, the number after its last code, shifted to `PEEK` bits. */
  readonly #limits = new Uint32Array(LONGEST + 1);
  /** For each length, what to add to a code for its place in `#symbols`. */
  readonly #offsets = new Int32Array(LONGEST + 1);
  readonly #symbols: number[] = [];

  /** `lengths` by symbol, each 1 to 20. @throws when no code has them */
  constructor(lengths: Uint8Array) {
    let code = 0;
    for (let length = 1; length <= LONGEST; length++) {
      code *= 2;
      this.#offsets[length] = this.#symbols.length - code;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols.push(symbol);
        if (length <= SHORT) {
          const first = code << (SHORT - length);
          this.#short.fill(symbol << 5 | length, first, first + (1 << (SHORT - length)));
        }
        code++;
      }
      if (code > 1 << length) throw new Error("a code has too many symbols");
      this.#limits[length] = code << (PEEK - length);
    }
  }

  /** The next symbol. @throws when there is none with the bits that come */
  read(bits: BitReader): number {
    const next = bits.peek();
    const found = this.#short[next >>> (PEEK - SHORT)];
    if (found !== 0) {
      bits.skip(found & 31);
      return found >>> 5;
    }
    for (let length = SHORT + 1; length <= LONGEST; length++) {
      if (next >= this.#limits[length]) continue;
      bits.skip(length);
      return this.#symbols[(next >>> (PEEK - length)) + this.#offsets[length]];
    }
    throw new Error("a code is not known");
  }
}
