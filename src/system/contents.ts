/** Whole folders and files: copied and read, by the small steps of a file system. */
import { join } from "node:path/posix";
import type { FileHandle, FileInfo, FileSystem, LiveFs, ReadFs } from "./mod.ts";

/** Bytes copied at a time. */
const CHUNK = 256 << 10;

/** Gives the time of a file's copy, in seconds since the epoch. */
export type TimeOfCopy = (info: FileInfo) => number;

/** Copies a file, link or folder to where nothing is; modes become 0644, or 0755 for what can be executed. Copies have
 * the time at which they are made, unless another one is given. */
export function copyTree(fs: FileSystem, from: string, to: string, timeOf?: TimeOfCopy): void {
  const info = fs.lstat(from);
  if (info?.kind === "dir") {
    fs.mkdir(to, 0o755);
    for (const name of fs.readDir(from)) copyTree(fs, join(from, name), join(to, name), timeOf);
  } else if (info?.kind === "link") {
    fs.symlink(fs.readLink(from), to);
  } else {
    const mode = info !== null && (info.mode & 0o111) !== 0 ? 0o755 : 0o644;
    copyFile(fs, from, to, { mode, mtime: info === null ? undefined : timeOf?.(info) });
  }
}

/** Copies one file's content. `mtime`: seconds since the epoch. */
export function copyFile(
  fs: FileSystem,
  from: string,
  to: string,
  { mode, mtime }: { readonly mode: number; readonly mtime?: number },
): void {
  const output = fs.create(to, mode);
  try {
    for (const chunk of readChunks(fs, from)) output.write(chunk);
    if (mtime !== undefined) output.utime(mtime);
  } finally {
    output.close();
  }
}

/** The same of a file that somebody else may exchange meanwhile: what is copied is never behind a link. */
export function copyItself(fs: FileSystem, from: string, to: string, mode: number): void {
  const input = fs.openItself(from);
  try {
    const output = fs.create(to, mode);
    try {
      eachChunk(input, (chunk) => output.write(chunk));
    } finally {
      output.close();
    }
  } finally {
    input.close();
  }
}

/** Whole content of a (small) file that somebody else may exchange meanwhile. */
export function readWhole(fs: LiveFs, path: string): Uint8Array {
  const file = fs.openItself(path);
  try {
    const chunks: Uint8Array[] = [];
    eachChunk(file, (chunk) => chunks.push(chunk.slice()));
    return joinChunks(chunks);
  } finally {
    file.close();
  }
}

/** Chunks as one. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A file's content in chunks, each valid until the next is asked for. */
export function* readChunks(fs: ReadFs, path: string, size = CHUNK): Generator<Uint8Array> {
  const input = fs.openRead(path);
  try {
    yield* chunksOf(input, size);
  } finally {
    input.close();
  }
}

/** The same of an open file, which stays open. */
export function* chunksOf(input: FileHandle, size = CHUNK): Generator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let count = input.read(buffer); count > 0; count = input.read(buffer)) {
    yield buffer.subarray(0, count);
  }
}

/** One for all calls of `eachChunk`: nothing waits while it is in use, and a new one for each small file would
 * cost more than reading it. */
let shared: Uint8Array | undefined;

/** Calls `each` with every chunk of an open file. A chunk is valid only until the next. */
export function eachChunk(file: FileHandle, each: (chunk: Uint8Array) => void): void {
  shared ??= new Uint8Array(CHUNK);
  for (let size = file.read(shared); size > 0; size = file.read(shared)) {
    each(shared.subarray(0, size));
  }
}
