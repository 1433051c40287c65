/** Programs for macOS, made byte by byte: headers and a signature as linkers make it, and text between. Another reckoning
 * of the hashes than the one that is tested: the whole program is sliced. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** Bytes of a page on Apple silicon's linkers. */
export const PAGE = 4096;
const HEADER = 32, COMMAND = 16, DIRECTORY = 88;

export interface ProgramOptions {
  /** SHA-1 beside SHA-256, as signers for old systems make it. */
  readonly both?: boolean;
  /** Whose certificate it has. */
  readonly certified?: boolean;
  /** Not made by nobody. */
  readonly flags?: number;
}

/** A thin program (arm64) with some text in it, signed. */
export function program(text: string, options: ProgramOptions = {}): Buffer {
  const body = Buffer.from(text);
  const limit = HEADER + COMMAND + body.length;
  const header = Buffer.alloc(HEADER + COMMAND);
  const size = signature(Buffer.alloc(limit), options).length;
  const fields = [0xfeedfacf, 0x0100000c, 0, 2, 1, COMMAND, 0, 0, 0x1d, COMMAND, limit, size];
  fields.forEach((value, n) => header.writeUInt32LE(value, 4 * n));
  const code = Buffer.concat([header, body]);
  return Buffer.concat([code, signature(code, options)]);
}

/** A file with several programs, each at a page. */
export function fat(programs: readonly Buffer[]): Buffer {
  const table = Buffer.alloc(PAGE);
  table.writeUInt32BE(0xcafebabe, 0);
  table.writeUInt32BE(programs.length, 4);
  const parts: Buffer[] = [table];
  let at = PAGE;
  programs.forEach((one, n) => {
    const entry = [0x0100000c, n, at, one.length, 12];
    entry.forEach((value, k) => table.writeUInt32BE(value, 8 + 20 * n + 4 * k));
    const whole = Buffer.concat([one, Buffer.alloc((PAGE - one.length % PAGE) % PAGE)]);
    parts.push(whole);
    at += whole.length;
  });
  return Buffer.concat(parts);
}

/** Whether each page of a thin program has the hash that its signature tells. */
export function isSigned(file: Buffer, options: ProgramOptions = {}): boolean {
  const limit = file.readUInt32LE(HEADER + 8);
  return file.subarray(limit, limit + file.readUInt32LE(HEADER + 12))
    .equals(signature(file.subarray(0, limit), options));
}

function signature(code: Buffer, options: ProgramOptions): Buffer {
  const { both = false, certified = false } = options;
  const blobs: [number, Buffer][] = [[0, directory(code, "sha256", options)]];
  const requirements = Buffer.alloc(12);
  [0xfade0c01, 12, 0].forEach((value, n) => requirements.writeUInt32BE(value, 4 * n));
  blobs.push([2, requirements]);
  if (both) blobs.push([0x1000, directory(code, "sha1", options)]);
  const wrapper = Buffer.alloc(certified ? 40 : 8);
  wrapper.writeUInt32BE(0xfade0b01, 0);
  wrapper.writeUInt32BE(wrapper.length, 4);
  blobs.push([0x10000, wrapper]);
  const head = Buffer.alloc(12 + 8 * blobs.length);
  const size = blobs.reduce((sum, [, blob]) => sum + blob.length, head.length);
  [0xfade0cc0, size, blobs.length].forEach((value, n) => head.writeUInt32BE(value, 4 * n));
  let at = head.length;
  blobs.forEach(([slot, blob], n) => {
    head.writeUInt32BE(slot, 12 + 8 * n);
    head.writeUInt32BE(at, 16 + 8 * n);
    at += blob.length;
  });
  return Buffer.concat([head, ...blobs.map(([, blob]) => blob)]);
}

function directory(
  code: Buffer,
  algorithm: "sha1" | "sha256",
  { flags = 0x20002 }: ProgramOptions,
): Buffer {
  const identifier = Buffer.from("thing\0");
  const hashes: Buffer[] = [];
  for (let at = 0; at < code.length; at += PAGE) {
    hashes.push(createHash(algorithm).update(code.subarray(at, at + PAGE)).digest());
  }
  const size = algorithm === "sha1" ? 20 : 32;
  // One hash of the requirements lies before those of the pages.
  const special = Buffer.alloc(size, 7);
  const begin = DIRECTORY + identifier.length + special.length;
  const head = Buffer.alloc(DIRECTORY);
  const fields = [0xfade0c02, begin + hashes.length * size, 0x20400, flags, begin, DIRECTORY];
  [...fields, 1, hashes.length, code.length].forEach((it, n) => head.writeUInt32BE(it, 4 * n));
  head.set([size, algorithm === "sha1" ? 1 : 2, 0, 12], 36);
  return Buffer.concat([head, identifier, special, ...hashes]);
}
