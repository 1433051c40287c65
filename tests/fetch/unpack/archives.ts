/** Archives written byte by byte, so that they may be as wrong as a test wants. */
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync } from "node:zlib";

export interface TarEntry {
  readonly name: string | Uint8Array;
  /** `0` file, `1` hard link, `2` link, `3` character device, `5` folder, `6` pipe, … */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly content?: string | Uint8Array;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  /** Lies about the size. */
  readonly size?: number;
}

/** A tar archive in ustar format. */
export function tar(entries: readonly TarEntry[], end = true): Uint8Array {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content as string ?? "");
    return [
      header(entry, content.length),
      content,
      Buffer.alloc((512 - content.length % 512) % 512),
    ];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0)]);
}

/** A pax record before an entry. */
export function pax(records: Readonly<Record<string, string>>): TarEntry {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest);
    length += String(length + String(length).length).length;
    return `${length}${rest}`;
  });
  return { name: "pax", type: "x", content: lines.join("") };
}

function header(entry: TarEntry, length: number): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(entry.name as string).copy(block, 0, 0, 100);
  const octal = (value: number, at: number, size: number) =>
    block.write(value.toString(8).padStart(size - 1, "0") + "\0", at, "latin1");
  octal(entry.mode ?? 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.size ?? length, 124, 12);
  octal(entry.mtime ?? 0, 136, 12);
  block.write(entry.type ?? "0", 156, "latin1");
  block.write(entry.link ?? "", 157, 100, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  block.fill(" ", 148, 156);
  octal(block.reduce((sum, byte) => sum + byte, 0), 148, 7);
  block.write(" ", 155, "latin1");
  return block;
}

export interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** Time and date as DOS has them. */
  readonly dos?: readonly [time: number, date: number];
  /** Unix mode with its type bits; 0 for a zip of DOS. */
  readonly mode?: number;
  /** Lies about the checksum or the size. */
  readonly crc?: number;
  readonly size?: number;
}

/** A zip archive. */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [], directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const content = Buffer.from(entry.content as string ?? "");
    const packed = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    // Names are UTF-8.
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(entry.dos?.[0] ?? 0, 6);
    shared.writeUInt16LE(entry.dos?.[1] ?? 0, 8);
    shared.writeUInt32LE(entry.crc ?? crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(entry.size ?? content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), shared, name, packed]);
    const central = Buffer.alloc(46);
    central.write("PK\x01\x02", "latin1");
    central.writeUInt16LE(((entry.mode ?? 0) === 0 ? 0 : 3) << 8 | 20, 4);
    shared.copy(central, 6, 0, 24);
    central.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    files.push(local);
    directory.push(central, name);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, list, end]);
}
