/** Takes bzip2 data, gives what it was, chunk by chunk, in flat memory.
 *
 * A file is one or more streams, each of blocks and an end: `BZh`, a digit (hundreds of kB in a block); for each
 * block six bytes (π), its CRC, its content; six bytes (√π) and a CRC over those of the blocks. Every number has its
 * highest bit first; only streams begin with a byte. What follows the last stream is ignored, as by bzip2(1). */
import { BitReader } from "./bits.ts";
import { readBlock, type SortedBlock } from "./block.ts";

const BLOCK = 0x314159265359, END = 0x177245385090;
/** Bytes that a block has for each digit of its stream's level. */
const UNIT = 100_000;
/** Bytes given at a time. */
const CHUNK = 256 << 10;

/** Decompresses. @throws Error that says what is wrong with the data */
export function* decodeBzip2(input: Iterable<Uint8Array>): Generator<Uint8Array> {
  const bits = new BitReader(input);
  // Once for all streams: an empty one has 14 bytes, and there may be many.
  const room = new Uint32Array(9 * UNIT);
  for (let first = true;; first = false) {
    const level = bits.ended() ? null : readLevel(bits, first);
    if (level === null) {
      if (first) throw new Error("it is empty");
      return;
    }
    yield* decodeStream(bits, room.subarray(0, level * UNIT));
    bits.align();
  }
}

/** The digit of a stream's head; null where something else follows the last stream. */
function readLevel(bits: BitReader, first: boolean): number | null {
  for (const letter of "BZh") {
    if (bits.ended() || bits.take(8) !== letter.charCodeAt(0)) {
      if (first) throw new Error("it does not begin with BZh");
      return null;
    }
  }
  const level = bits.take(8) - 0x30;
  if (level < 1 || level > 9) throw new Error("its size of blocks is wrong");
  return level;
}

function* decodeStream(bits: BitReader, room: Uint32Array): Generator<Uint8Array> {
  let combined = 0;
  for (;;) {
    const mark = bits.take(16) * 2 ** 32 + bits.take32();
    const wanted = bits.take32();
    if (mark === END) {
      if (wanted !== combined) throw new Error("the CRC of a stream is wrong");
      return;
    }
    if (mark !== BLOCK) throw new Error("a block does not begin where it should");
    const found = yield* bytesOf(readBlock(bits, room));
    if (found !== wanted) throw new Error("the CRC of a block is wrong");
    combined = ((combined << 1 | combined >>> 31) ^ found) >>> 0;
  }
}

/** The bytes of a block: four equal ones are followed by how many more there are. @returns their CRC */
function* bytesOf({ next, size, start }: SortedBlock): Generator<Uint8Array, number> {
  let chunk = new Uint8Array(CHUNK);
  let filled = 0;
  let crc = -1;
  let entry = next[start];
  let equal = 0, before = -1;
  for (let n = 0; n < size; n++) {
    const byte = entry & 0xff;
    entry = next[entry >>> 8];
    let times = 1;
    if (equal === 4) {
      times = byte;
      equal = 0;
    } else {
      equal = byte === before ? equal + 1 : 1;
      before = byte;
    }
    if (filled + times > CHUNK) {
      yield chunk.subarray(0, filled);
      chunk = new Uint8Array(CHUNK);
      filled = 0;
    }
    const end = filled + times;
    for (; filled < end; filled++) {
      chunk[filled] = before;
      crc = crc << 8 ^ CRC_TABLE[(crc >>> 24 ^ before) & 0xff];
    }
    if (equal === 0) before = -1;
  }
  if (filled > 0) yield chunk.subarray(0, filled);
  return ~crc >>> 0;
}

/** CRC-32 with the polynomial 0x04c11db7, highest bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
