/** Takes an ELF file, gives the name and checksum of the file that has its debug information: its section
 * `.gnu_debuglink`, which is a name that ends with a zero, up to three more, and a CRC-32. */
import type { BytesOfFile } from "../../system/bytes.ts";

export interface DebugLink {
  readonly name: string;
  /** Where the checksum is. */
  readonly at: number;
  /** The order of its bytes. */
  readonly little: boolean;
}

const SECTION = ".gnu_debuglink";
/** Bytes of all section headers: more than any linker makes. */
const MOST = 1 << 24;
/** Where fields are, by class: in the header, then in a section's. */
const SHAPES: Record<number, { shoff: number; entsize: number; offset: number; size: number }> = {
  1: { shoff: 32, entsize: 46, offset: 16, size: 20 },
  2: { shoff: 40, entsize: 58, offset: 24, size: 32 },
};

/** Null where there is none, or where it can't be read. */
export function debugLinkOf(file: BytesOfFile): DebugLink | null {
  const ident = file.read(0, 16);
  const shape = SHAPES[ident?.[4] ?? 0];
  if (ident === null || shape === undefined) return null;
  const little = ident[5] === 1, wide = ident[4] === 2;
  const header = file.bytes(0, shape.entsize + 6, little);
  if (header === null) return null;
  const number = (bytes: typeof header, at: number) => wide ? bytes.u64(at) : bytes.u32(at);
  const entry = header.u16(shape.entsize), count = header.u16(shape.entsize + 2);
  const names = header.u16(shape.entsize + 4);
  if (entry < (wide ? 64 : 40) || names >= count || entry * count > MOST) return null;
  const table = file.bytes(number(header, shape.shoff), entry * count, little);
  if (table === null) return null;
  const placeOf = (n: number) => number(table, n * entry + shape.offset);
  const sizeOf = (n: number) => number(table, n * entry + shape.size);
  const end = placeOf(names) + sizeOf(names);
  for (let n = 0; n < count; n++) {
    if (file.text(placeOf(names) + table.u32(n * entry), end) !== SECTION) continue;
    const start = placeOf(n);
    const name = file.text(start, start + sizeOf(n));
    if (name === null) return null;
    const length = new TextEncoder().encode(name).length + 1;
    const at = start + Math.ceil(length / 4) * 4;
    return at + 4 <= start + sizeOf(n) && at + 4 <= file.size ? { name, at, little } : null;
  }
  return null;
}
