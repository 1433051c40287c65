/** Takes a Mach-O file (thin, or fat with one for each processor), gives where its programs and their signatures lie.
 * The format is that of Apple's <mach-o/loader.h> and <mach-o/fat.h>. */
import type { BytesOfFile } from "../../system/bytes.ts";

/** A program with a signature; places count from the start of the file. */
export interface SignedPart {
  readonly start: number;
  readonly signature: { readonly at: number; readonly size: number };
}

const MAGIC_32 = 0xfeedface, MAGIC_64 = 0xfeedfacf;
const FAT = 0xcafebabe, FAT_64 = 0xcafebabf;
const LC_CODE_SIGNATURE = 0x1d;
/** Programs in one file. Java's classes have the same first bytes, and a number here that is higher. */
const MOST_PROCESSORS = 30;
/** Bytes of all commands, and of a signature: more than any linker makes. */
const MOST_COMMANDS = 1 << 22, MOST_SIGNATURE = 1 << 26;

/** Whether a file that begins so may be one. */
export function isMachO(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const view = new DataView(head.buffer, head.byteOffset, 4);
  const magic = view.getUint32(0);
  return magic === FAT || magic === FAT_64 || isThin(magic) || isThin(view.getUint32(0, true));
}

function isThin(magic: number): boolean {
  return magic === MAGIC_32 || magic === MAGIC_64;
}

/** Those programs of a file that are signed; none of a file that is damaged. */
export function signedParts(file: BytesOfFile): SignedPart[] {
  const head = file.bytes(0, 8, false);
  if (head === null) return [];
  const magic = head.u32(0);
  if (magic !== FAT && magic !== FAT_64) return partAt(file, 0);
  const count = head.u32(4), entry = magic === FAT ? 20 : 32;
  const table = count > MOST_PROCESSORS ? null : file.bytes(8, count * entry, false);
  if (table === null) return [];
  const found: SignedPart[] = [];
  for (let at = 0; at < table.length; at += entry) {
    const [start, size] = magic === FAT
      ? [table.u32(at + 8), table.u32(at + 12)]
      : [table.u64(at + 8), table.u64(at + 16)];
    const part = file.part(start, size);
    if (part === null) return [];
    found.push(...partAt(part, start));
  }
  return found;
}

function partAt(file: BytesOfFile, start: number): SignedPart[] {
  const magic = file.read(0, 4);
  if (magic === null) return [];
  // The first byte is the last of the number where the order is little.
  const little = magic[0] !== 0xfe;
  const header = file.bytes(0, 28, little);
  if (header === null || !isThin(header.u32(0))) return [];
  const size = header.u32(20), first = header.u32(0) === MAGIC_64 ? 32 : 28;
  const commands = size > MOST_COMMANDS ? null : file.bytes(first, size, little);
  if (commands === null) return [];
  for (let at = 0; at + 16 <= commands.length;) {
    const length = commands.u32(at + 4);
    if (commands.u32(at) === LC_CODE_SIGNATURE) {
      const [offset, bytes] = [commands.u32(at + 8), commands.u32(at + 12)];
      const isThere = bytes <= MOST_SIGNATURE && offset + bytes <= file.size;
      return isThere ? [{ start, signature: { at: start + offset, size: bytes } }] : [];
    }
    if (length < 8) return [];
    at += length;
  }
  return [];
}
