/** Takes xz data that is sealed with SHA-256, gives it without seals for a decoder that does not know them, and checks
 * the seals against what the decoder gives. The format is that of "The .xz File Format", version 1.2.1. */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";

const MAGIC = Buffer.from("fd377a585a00", "hex");
const FOOTER_MAGIC = Buffer.from("YZ");
const HEADER_SIZE = 12;
const SHA256 = 10, NONE = 0;
const SEAL_SIZE = 32;

/** Whether xz data that starts so is sealed with SHA-256. */
export function isSealedWithSha256(head: Uint8Array): boolean {
  return head.length >= HEADER_SIZE && MAGIC.equals(head.subarray(0, MAGIC.length)) &&
    head[7] === SHA256;
}

/** What a block came to. */
interface Block {
  /** Bytes of content, as far as it was read. */
  size: number;
  /** Null until all of it was read. */
  seal: Uint8Array | null;
}

/** Blocks as they are read. */
export class Seals {
  readonly #blocks: Block[] = [];
  #hash: Hash = createHash("sha256");
  #hashed = 0;

  /** The same data without seals. @throws Error for what is no such data */
  *removed(input: Iterable<Uint8Array>): Generator<Uint8Array> {
    const reader = new Reader(input);
    while (!reader.ended) {
      const start = reader.take(4);
      if (start.equals(Buffer.alloc(4))) {
        // Padding between streams.
        yield start;
        continue;
      }
      yield* this.#stream(Buffer.concat([start, reader.take(HEADER_SIZE - 4)]), reader);
    }
  }

  /** Passes on what the decoder gives. @throws Error when it is not what was sealed */
  async *checked(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length;) at += this.#take(chunk.subarray(at));
      yield chunk;
    }
    this.#finish();
    if (this.#blocks.length > 0) throw new Error("it ends too early");
  }

  /** Hashes the part of a chunk that belongs to the first block. */
  #take(chunk: Uint8Array): number {
    this.#finish();
    const [block] = this.#blocks;
    if (block === undefined) throw new Error("there is more than its blocks hold");
    // What was decoded was read before: of a block that goes on, no more than its size is there.
    const part = chunk.subarray(0, block.size - this.#hashed);
    if (part.length === 0) throw new Error("there is more than its blocks hold");
    this.#hash.update(part);
    this.#hashed += part.length;
    this.#finish();
    return part.length;
  }

  /** Compares the seals of blocks that are complete. */
  #finish(): void {
    for (;;) {
      const [block] = this.#blocks;
      if (block === undefined || block.seal === null || this.#hashed < block.size) return;
      if (!this.#hash.digest().equals(block.seal)) throw new Error("a checksum is wrong");
      this.#blocks.shift();
      this.#hash = createHash("sha256");
      this.#hashed = 0;
    }
  }

  *#stream(header: Buffer, reader: Reader): Generator<Uint8Array> {
    const flags = header.subarray(6, 8);
    const right = isSealedWithSha256(header) && header.readUInt32LE(8) === crc32(flags);
    if (!right) throw new Error("a stream is damaged, or sealed in another way");
    yield Buffer.concat([MAGIC, withSum(Buffer.from([0, NONE]))]);
    const records: Record[] = [];
    for (let first = reader.take(1); first[0] !== 0; first = reader.take(1)) {
      const rest = reader.take(first[0] * 4 + 3);
      yield Buffer.concat([first, rest]);
      records.push(yield* this.#block(first.length + rest.length, reader));
    }
    const found = readIndex(reader);
    if (!sameRecords(found, records.map(([unpadded, size]) => [unpadded + SEAL_SIZE, size]))) {
      throw new Error("its index is wrong");
    }
    const index = indexOf(records);
    const footer = reader.take(HEADER_SIZE);
    const whole = footer.readUInt32LE(0) === crc32(footer.subarray(4, 10)) &&
      footer.subarray(8, 10).equals(flags) && footer.subarray(10).equals(FOOTER_MAGIC) &&
      (footer.readUInt32LE(4) + 1) * 4 === indexOf(found).length;
    if (!whole) throw new Error("its end is damaged");
    yield index;
    const sizes = Buffer.alloc(6);
    sizes.writeUInt32LE(index.length / 4 - 1);
    yield Buffer.concat([sum(sizes), sizes, FOOTER_MAGIC]);
  }

  /** Passes on the chunks of a block (LZMA2), its padding, and keeps its seal. */
  *#block(headerSize: number, reader: Reader): Generator<Uint8Array, Record> {
    const block: Block = { size: 0, seal: null };
    this.#blocks.push(block);
    let packed = 0;
    for (let control = 1; control !== 0;) {
      const first = reader.take(1);
      control = first[0];
      const { head, content, data } = chunkOf(control, reader);
      block.size += content;
      packed += first.length + head.length + data.length;
      yield Buffer.concat([first, head, data]);
    }
    yield reader.take((4 - packed % 4) % 4);
    block.seal = reader.take(SEAL_SIZE);
    return [headerSize + packed, block.size];
  }
}

/** Bytes of a block without padding, and of its content. */
type Record = readonly [unpadded: number, size: number];

/** A chunk of LZMA2 behind its control byte. */
function chunkOf(control: number, reader: Reader) {
  const nothing = Buffer.alloc(0);
  if (control === 0) return { head: nothing, content: 0, data: nothing };
  if (control > 2 && control < 0x80) throw new Error("a block is damaged");
  const head = reader.take(control < 0x80 ? 2 : control < 0xc0 ? 4 : 5);
  const content = (control < 0x80 ? 0 : (control & 0x1f) << 16) + head.readUInt16BE(0) + 1;
  return { head, content, data: reader.take(control < 0x80 ? content : head.readUInt16BE(2) + 1) };
}

/** An index behind its first byte, which is zero. */
function readIndex(reader: Reader): Record[] {
  const from = reader.position - 1;
  const count = reader.number();
  const records: Record[] = [];
  for (let n = 0; n < count; n++) records.push([reader.number(), reader.number()]);
  const padding = reader.take((4 - (reader.position - from) % 4) % 4);
  const found = reader.take(4);
  const whole = indexOf(records);
  if (padding.some((byte) => byte !== 0) || !whole.subarray(-4).equals(found)) {
    throw new Error("its index is damaged");
  }
  return records;
}

function indexOf(records: readonly Record[]): Buffer {
  const bytes = [0, ...numberBytes(records.length), ...records.flat().flatMap(numberBytes)];
  while (bytes.length % 4 !== 0) bytes.push(0);
  return withSum(Buffer.from(bytes));
}

function sameRecords(a: readonly Record[], b: readonly Record[]): boolean {
  return a.length === b.length && a.every(([x, y], n) => x === b[n][0] && y === b[n][1]);
}

/** Seven bits a byte, the lowest first; all but the last are marked. */
function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push(left % 0x80 + 0x80);
  return [...bytes, left];
}

function sum(bytes: Buffer): Buffer {
  const found = Buffer.alloc(4);
  found.writeUInt32LE(crc32(bytes));
  return found;
}

function withSum(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, sum(bytes)]);
}

/** Gives bytes in the portions that are asked for. */
class Reader {
  readonly #input: Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  /** Bytes that were taken. */
  position = 0;

  constructor(input: Iterable<Uint8Array>) {
    this.#input = input[Symbol.iterator]();
  }

  get ended(): boolean {
    while (this.#at === this.#chunk.length) {
      const { value, done } = this.#input.next();
      if (done) return true;
      this.#chunk = value;
      this.#at = 0;
    }
    return false;
  }

  /** A copy of so many bytes. */
  take(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let filled = 0; filled < count;) {
      if (this.ended) throw new Error("it ends too early");
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    this.position += count;
    return bytes;
  }

  number(): number {
    for (let value = 0, scale = 1, n = 0; n < 7; n++, scale *= 0x80) {
      const [byte] = this.take(1);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Error("a number is too large");
  }
}
