/** Takes a Mach-O file (thin, or fat with one for each processor), gives the libraries that it names. The format is that
 * of Apple's <mach-o/loader.h> and <mach-o/fat.h>. */
import type { Bytes, BytesOfFile } from "../../system/bytes.ts";

export interface MachO {
  /** Paths as they are written: `/usr/lib/…`, `@rpath/…`, `@loader_path/…`. */
  readonly libraries: readonly string[];
  readonly rpaths: readonly string[];
}

const MAGIC_32 = 0xfeedface, MAGIC_64 = 0xfeedfacf;
const FAT = 0xcafebabe, FAT_64 = 0xcafebabf;
/** LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB, LC_LAZY_LOAD_DYLIB, LC_LOAD_UPWARD_DYLIB. */
const LOADS = new Set([0xc, 0x80000018, 0x8000001f, 0x20, 0x80000023]);
const LC_RPATH = 0x8000001c;
/** Programs in one file. Java's classes have the same first bytes, and a number here that is higher. */
const MOST_PROCESSORS = 30;
/** Bytes of all commands: more than any linker makes. */
const MOST_COMMANDS = 1 << 22;

/** Reads each program or library of a file; null for what is none, or is damaged. */
export function readMachO(file: BytesOfFile): MachO[] | null {
  const head = file.bytes(0, 8, false);
  if (head === null) return null;
  const magic = head.u32(0);
  if (magic !== FAT && magic !== FAT_64) {
    const one = readThin(file);
    return one && [one];
  }
  const count = head.u32(4), entry = magic === FAT ? 20 : 32;
  const table = count > MOST_PROCESSORS ? null : file.bytes(8, count * entry, false);
  if (table === null) return null;
  const found: MachO[] = [];
  for (let at = 0; at < table.length; at += entry) {
    const [offset, size] = magic === FAT
      ? [table.u32(at + 8), table.u32(at + 12)]
      : [table.u64(at + 8), table.u64(at + 16)];
    const part = file.part(offset, size);
    const one = part && readThin(part);
    if (one === null) return null;
    found.push(one);
  }
  return found;
}

function readThin(file: BytesOfFile): MachO | null {
  const magic = file.read(0, 4);
  if (magic === null) return null;
  // The first byte is the last of the number where the order is little.
  const little = magic[0] !== 0xfe;
  const header = file.bytes(0, 28, little);
  if (header === null || ![MAGIC_32, MAGIC_64].includes(header.u32(0))) return null;
  const size = header.u32(20), start = header.u32(0) === MAGIC_64 ? 32 : 28;
  const commands = size > MOST_COMMANDS ? null : file.bytes(start, size, little);
  return commands && readCommands(file, start, commands, header.u32(16));
}

function readCommands(
  file: BytesOfFile,
  start: number,
  commands: Bytes,
  count: number,
): MachO | null {
  const libraries: string[] = [], rpaths: string[] = [];
  for (let n = 0, at = 0; n < count; n++) {
    if (at + 8 > commands.length) return null;
    const command = commands.u32(at), size = commands.u32(at + 4);
    if (size < 8 || at + size > commands.length) return null;
    const list = LOADS.has(command) ? libraries : command === LC_RPATH ? rpaths : null;
    if (list !== null) {
      const text = size < 12
        ? null
        : file.text(start + at + commands.u32(at + 8), start + at + size);
      if (text === null) return null;
      list.push(text);
    }
    at += size;
  }
  return { libraries, rpaths };
}
