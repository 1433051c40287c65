/** Takes a file, tells whether a part of an output's hash is in it without the rest.
 *
 * A compiler may copy a short constant text by way of registers: GCC then keeps it in pieces of 16 bytes and less, the
 * last of them inside instructions. The scratch path in such a text can't be replaced by the final one. Of any piece of
 * 16 characters in a hash of 32, one of the two looked for is a part. */
import { Buffer } from "node:buffer";
import { readChunks } from "../../system/contents.ts";
import type { ReadFs } from "../../system/mod.ts";

const HASH = 32, PIECE = 8, STARTS = [8, 16];

/** `chunk`: bytes read at a time. */
export function hasCutPath(
  fs: ReadFs,
  path: string,
  hashes: readonly string[],
  chunk?: number,
): boolean {
  let seen = Buffer.alloc(0), from = 0;
  for (const bytes of readChunks(fs, path, chunk)) {
    seen = Buffer.concat([seen, bytes]);
    const to = seen.length - HASH;
    if (to <= from) continue;
    if (hashes.some((hash) => isCut(seen, hash, from, to))) return true;
    // What is before a piece is looked at, too.
    const kept = Math.max(0, to - HASH);
    seen = seen.subarray(kept);
    from = to - kept;
  }
  return hashes.some((hash) => isCut(seen, hash, from, seen.length));
}

/** Whether a piece that begins in a part of the bytes is not in a whole hash. */
function isCut(bytes: Buffer, hash: string, from: number, to: number): boolean {
  return STARTS.some((start) => {
    const piece = hash.slice(start, start + PIECE);
    for (let at = bytes.indexOf(piece, from, "latin1"); at >= 0 && at < to;) {
      const whole = at >= start && bytes.toString("latin1", at - start, at - start + HASH) === hash;
      if (!whole) return true;
      at = bytes.indexOf(piece, at + 1, "latin1");
    }
    return false;
  });
}
