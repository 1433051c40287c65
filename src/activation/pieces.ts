/** Takes an open file, gives its content a piece at a time. */
import type { FileHandle } from "../system/fs.ts";

/** Bytes that are read at a time. */
const SIZE = 1 << 18;

/** One for all: nothing here waits while it is in use, and a new one for each small file would cost more than
 * reading it. */
let buffer: Uint8Array | undefined;

/** Calls `each` with every piece. A piece is valid only until the next. */
export function eachPiece(file: FileHandle, each: (piece: Uint8Array) => void): void {
  buffer ??= new Uint8Array(SIZE);
  for (let size = file.read(buffer); size > 0; size = file.read(buffer)) {
    each(buffer.subarray(0, size));
  }
}
