/** Takes chunks of bytes, gives their bits, highest first. */

/** Bits that may be looked at before they are taken. */
export const PEEK = 20;

/** Reads bits. */
export class BitReader {
  readonly #chunks: Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  /** The lowest `#count` bits are still to come. */
  #bits = 0;
  #count = 0;
  /** Zero bytes that stand for what comes after the end. */
  #beyond = 0;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  /** The next 20 bits, which stay; zeroes after the end. */
  peek(): number {
    while (this.#count < PEEK) this.#fill();
    return (this.#bits >>> (this.#count - PEEK)) & 0xfffff;
  }

  /** Goes on by at most 20 bits, which have been looked at. @throws after the end */
  skip(count: number): void {
    this.#count -= count;
    if (this.#count < 8 * this.#beyond) throw new Error("it ends too early");
  }

  /** The next bits, at most 20. @throws after the end */
  take(count: number): number {
    const value = this.peek() >>> (PEEK - count);
    this.skip(count);
    return value;
  }

  /** The next 32 bits as an unsigned number. */
  take32(): number {
    return ((this.take(16) << 16) | this.take(16)) >>> 0;
  }

  /** Goes on to the beginning of a byte. */
  align(): void {
    this.skip(this.#count % 8);
  }

  /** Whether there is nothing left; at the beginning of a byte. */
  ended(): boolean {
    this.peek();
    return this.#count <= 8 * this.#beyond;
  }

  #fill(): void {
    while (this.#at === this.#chunk.length) {
      const { value, done } = this.#chunks.next();
      if (done) {
        this.#beyond++;
        this.#bits <<= 8;
        this.#count += 8;
        return;
      }
      this.#chunk = value;
      this.#at = 0;
    }
    this.#bits = (this.#bits << 8) | this.#chunk[this.#at++];
    this.#count += 8;
  }
}
