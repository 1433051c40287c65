/** Memory that two threads share: slots that the one fills with bytes and the other empties, and what both count.
 *
 * Numbers of 32 bits come first (their places are the constants below, then the length of each slot), the slots
 * after them. What the program's thread changes it counts in `CHANGED`, on which the other one waits. */

/** What changes; slots that were filled and emptied; chunks that were given back and are used up; whether to stop. */
const CHANGED = 0, FILLED = 1, EMPTIED = 2, USED = 3, STOPPED = 4, LENGTHS = 5;

const SLOTS = 4;
/** Bytes of a slot: what files are read in. */
const SLOT = 256 << 10;
/** Chunks that may be given back before the first of them is used. */
const MOST_GIVEN = 8;
/** Lengths that are none. */
const END = -1, FAILED = -2;

/** Thrown in the other thread when nobody wants what it makes. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Thrown in the other thread where its input ends since it cannot be had. */
export class InputFailed extends Error {
  override readonly name = "InputFailed";
}

const numbersSize = 4 * (LENGTHS + SLOTS);

/** The side of the program's thread, which never waits. */
export class RingWriter {
  readonly buffer = new SharedArrayBuffer(numbersSize + SLOTS * SLOT);
  readonly #numbers = new Int32Array(this.buffer, 0, LENGTHS + SLOTS);

  /** Whether a slot is free. */
  get hasRoom(): boolean {
    return this.#numbers[FILLED] - Atomics.load(this.#numbers, EMPTIED) < SLOTS;
  }

  /** Fills a free slot. @returns how many of the bytes it holds */
  put(bytes: Uint8Array): number {
    const slot = this.#numbers[FILLED] % SLOTS;
    const part = bytes.subarray(0, SLOT);
    new Uint8Array(this.buffer, numbersSize + slot * SLOT, SLOT).set(part);
    this.#fill(part.length);
    return part.length;
  }

  /** Fills a free slot with the end. */
  end(failed: boolean): void {
    this.#fill(failed ? FAILED : END);
  }

  /** Says that a chunk that was given is used up. */
  used(): void {
    this.#count(USED);
  }

  /** Ends the other thread's part where it waits, or will wait. */
  stop(): void {
    this.#count(STOPPED);
  }

  #fill(length: number): void {
    this.#numbers[LENGTHS + this.#numbers[FILLED] % SLOTS] = length;
    this.#count(FILLED);
  }

  #count(what: number): void {
    Atomics.add(this.#numbers, what, 1);
    Atomics.add(this.#numbers, CHANGED, 1);
    Atomics.notify(this.#numbers, CHANGED);
  }
}

/** The side of the other thread, which waits for the program's. */
export class RingReader {
  readonly #buffer: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  #given = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#buffer = buffer;
    this.#numbers = new Int32Array(buffer, 0, LENGTHS + SLOTS);
  }

  /** What the slots are filled with. A chunk is valid until the next is asked for.
   * @param emptied is called when a slot is free again */
  *chunks(emptied: () => void): Generator<Uint8Array> {
    for (let n = 0;; n++) {
      this.#until(() => Atomics.load(this.#numbers, FILLED) > n);
      const slot = n % SLOTS;
      const length = this.#numbers[LENGTHS + slot];
      if (length === END) return;
      if (length === FAILED) throw new InputFailed();
      yield new Uint8Array(this.#buffer, numbersSize + slot * SLOT, length);
      Atomics.add(this.#numbers, EMPTIED, 1);
      emptied();
    }
  }

  /** Waits until one more chunk may be given. */
  give(): void {
    this.#until(() => this.#given - Atomics.load(this.#numbers, USED) < MOST_GIVEN);
    this.#given++;
  }

  #until(condition: () => boolean): void {
    for (;;) {
      const seen = Atomics.load(this.#numbers, CHANGED);
      if (Atomics.load(this.#numbers, STOPPED) > 0) throw new Stopped();
      if (condition()) return;
      Atomics.wait(this.#numbers, CHANGED, seen);
    }
  }
}
