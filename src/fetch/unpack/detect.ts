/** Takes the first bytes of a file, gives what kind of archive or compression it is. The magic numbers are those
 * of RFC 1952 (gzip), RFC 8878 (zstd), the xz and bzip2 format descriptions, APPNOTE.TXT (zip), ar(5), and
 * POSIX pax (tar: a checksum of the header, which older archives have as well). */

/** How the bytes are compressed. */
export type Compression = "gzip" | "xz" | "bzip2" | "zstd";
/** What a file is. */
export type Format = Compression | "zip" | "ar" | "tar";

/** Bytes that have to be looked at. */
export const PROBE_SIZE = 512;

const MAGIC: readonly (readonly [Format, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b, 8]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["zip", [0x50, 0x4b, 3, 4]],
  ["zip", [0x50, 0x4b, 5, 6]],
  ["ar", [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a]],
];

/** The format that the first bytes (`PROBE_SIZE` of them, where there are so many) show; null for others. */
export function detect(head: Uint8Array): Format | null {
  for (const [format, magic] of MAGIC) {
    if (magic.every((byte, n) => head[n] === byte)) return format;
  }
  // A skippable frame may come first in zstd.
  if (head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18 && (head[0] & 0xf0) === 0x50) {
    return "zstd";
  }
  return isTarHeader(head) ? "tar" : null;
}

function isTarHeader(head: Uint8Array): boolean {
  if (head.length < 512) return false;
  // Nothing but zeroes is a tar without entries.
  if (head.every((byte) => byte === 0)) return true;
  const field = new TextDecoder("latin1").decode(head.subarray(148, 156));
  const stored = /^\s*([0-7]+)[\s\0]*$/.exec(field);
  if (stored === null) return false;
  let sum = 8 * 32;
  for (let n = 0; n < 512; n++) if (n < 148 || n >= 156) sum += head[n];
  return sum === parseInt(stored[1], 8);
}
