/** Takes an ELF file (32 or 64 bits, either order of bytes), gives what the loader does with it. The format is that of
 * the System V ABI, chapters 4 and 5. */
import type { Bytes, BytesOfFile } from "../../system/bytes.ts";

/** A text, and where in the file it is: it can be replaced by one that is not longer. */
export interface PlacedText {
  readonly text: string;
  readonly at: number;
}

/** The dynamic section: tags and values, each a word, up to the tag 0. */
export interface Dynamic {
  /** Where in the file it begins. */
  readonly at: number;
  /** Bytes of an entry. */
  readonly entry: 8 | 16;
  readonly tags: readonly number[];
}

export interface Elf {
  /** `e_machine`: 62 is x86_64, 183 aarch64. */
  readonly machine: number;
  /** The loader that it names. */
  readonly interpreter: string | null;
  /** Names of libraries, in the order in which they are looked for. */
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** DT_RPATH, which counts only where there is no DT_RUNPATH. */
  readonly rpath: PlacedText | null;
  readonly runpath: PlacedText | null;
  readonly dynamic: Dynamic | null;
  /** Content of the note NT_GNU_BUILD_ID. */
  readonly buildId: { readonly at: number; readonly length: number } | null;
}

/** Where the fields of a header are, by class. */
interface Shape {
  readonly header: number;
  readonly phoff: number;
  readonly phentsize: number;
  readonly word: 4 | 8;
  /** Fields of a program header: offset, address, size in the file. */
  readonly segment: readonly [offset: number, address: number, size: number];
  readonly segmentSize: number;
}

const SHAPES: Record<number, Shape> = {
  1: { header: 52, phoff: 28, phentsize: 42, word: 4, segment: [4, 8, 16], segmentSize: 32 },
  2: { header: 64, phoff: 32, phentsize: 54, word: 8, segment: [8, 16, 32], segmentSize: 56 },
};

const ET_EXEC = 2, ET_DYN = 3;
const PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4;
const DT_NEEDED = 1, DT_STRTAB = 5, DT_STRSZ = 10, DT_SONAME = 14;
export const DT_RPATH = 15, DT_RUNPATH = 29;
const NT_GNU_BUILD_ID = 3;
/** Bytes of all program headers, of a dynamic section, of notes: more than any linker makes. */
const MOST_HEADERS = 1 << 20, MOST_DYNAMIC = 1 << 16, MOST_NOTES = 1 << 16;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Reads a program or a shared library; null for what is none, or is damaged. */
export function readElf(file: BytesOfFile): Elf | null {
  const ident = file.read(0, 16);
  if (ident === null || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c) return null;
  const shape = SHAPES[ident[4]];
  if (ident[3] !== 0x46 || shape === undefined || ident[5] < 1 || ident[5] > 2) return null;
  const header = file.bytes(0, shape.header, ident[5] === 1);
  if (header === null || ![ET_EXEC, ET_DYN].includes(header.u16(16))) return null;
  const segments = segmentsOf(file, header, shape);
  if (segments === null) return null;
  const linked = dynamicOf(file, segments, shape, header.little);
  if (linked === null) return null;
  const loader = segments.find(({ type }) => type === PT_INTERP);
  return {
    machine: header.u16(18),
    interpreter: loader ? file.text(loader.offset, loader.offset + loader.size) : null,
    buildId: buildIdOf(file, segments, header.little),
    ...linked,
  };
}

function segmentsOf(file: BytesOfFile, header: Bytes, shape: Shape): Segment[] | null {
  const entry = header.u16(shape.phentsize), count = header.u16(shape.phentsize + 2);
  if ((count > 0 && entry < shape.segmentSize) || entry * count > MOST_HEADERS) return null;
  const table = file.bytes(numberAt(header, shape.phoff, shape), entry * count, header.little);
  if (table === null) return null;
  const [offset, address, size] = shape.segment;
  return Array.from({ length: count }, (_, n) => ({
    type: table.u32(n * entry),
    offset: numberAt(table, n * entry + offset, shape),
    address: numberAt(table, n * entry + address, shape),
    size: numberAt(table, n * entry + size, shape),
  }));
}

/** What the dynamic section says; null where it is damaged. */
function dynamicOf(
  file: BytesOfFile,
  segments: readonly Segment[],
  shape: Shape,
  little: boolean,
): Pick<Elf, "needed" | "soname" | "rpath" | "runpath" | "dynamic"> | null {
  const none = { needed: [], soname: null, rpath: null, runpath: null, dynamic: null };
  const dynamic = segments.find(({ type, size }) => type === PT_DYNAMIC && size > 0);
  if (dynamic === undefined) return none;
  const table = dynamic.size > MOST_DYNAMIC
    ? null
    : file.bytes(dynamic.offset, dynamic.size, little);
  if (table === null) return null;
  const entries: [tag: number, value: number][] = [];
  for (let at = 0; at + 2 * shape.word <= table.length; at += 2 * shape.word) {
    const tag = numberAt(table, at, shape);
    if (tag === 0) break;
    entries.push([tag, numberAt(table, at + shape.word, shape)]);
  }
  const valueOf = (wanted: number) => entries.find(([tag]) => tag === wanted)?.[1];
  const address = valueOf(DT_STRTAB), length = valueOf(DT_STRSZ);
  if (address === undefined || length === undefined) return none;
  const start = offsetOf(segments, address);
  if (start === null) return null;
  const texts = (wanted: number) =>
    entries.filter(([tag]) => tag === wanted).map(([, value]): PlacedText | null => {
      const text = file.text(start + value, start + length);
      return text === null ? null : { text, at: file.start + start + value };
    });
  const found = [DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH].map(texts);
  if (found.flat().includes(null)) return null;
  const [needed, [soname], [rpath], [runpath]] = found as PlacedText[][];
  return {
    needed: needed.map(({ text }) => text),
    soname: soname?.text ?? null,
    rpath: rpath ?? null,
    runpath: runpath ?? null,
    dynamic: {
      at: file.start + dynamic.offset,
      entry: shape.word === 4 ? 8 : 16,
      tags: entries.map(([tag]) => tag),
    },
  };
}

/** Where in the file an address is. */
function offsetOf(segments: readonly Segment[], address: number): number | null {
  const holder = segments.find((one) =>
    one.type === PT_LOAD && address >= one.address && address < one.address + one.size
  );
  return holder === undefined ? null : holder.offset + address - holder.address;
}

function buildIdOf(
  file: BytesOfFile,
  segments: readonly Segment[],
  little: boolean,
): Elf["buildId"] {
  for (const { type, offset, size } of segments) {
    const notes = type !== PT_NOTE || size > MOST_NOTES ? null : file.bytes(offset, size, little);
    if (notes === null) continue;
    for (let at = 0; at + 12 <= notes.length;) {
      const name = notes.u32(at), length = notes.u32(at + 4);
      const content = at + 12 + aligned(name);
      if (content + length > notes.length) break;
      const isGnu = name === 4 && notes.u32(at + 12) === (little ? 0x00554e47 : 0x474e5500);
      if (isGnu && notes.u32(at + 8) === NT_GNU_BUILD_ID && length > 0) {
        return { at: file.start + offset + content, length };
      }
      at = content + aligned(length);
    }
  }
  return null;
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function numberAt(bytes: Bytes, at: number, { word }: Shape): number {
  return word === 4 ? bytes.u32(at) : bytes.u64(at);
}
