/** Whole folders and files: copied and read, by the small steps of a file system. */
import { join } from "node:path";
import type { FileSystem, ReadFs } from "../system/mod.ts";

/** Bytes copied at a time. */
const PIECE = 256 << 10;

/** Copies a file, link or folder to where nothing is; modes become 0644, or 0755 for what can be executed. */
export function copyTree(fs: FileSystem, from: string, to: string): void {
  const info = fs.lstat(from);
  if (info?.kind === "dir") {
    fs.mkdir(to, 0o755);
    for (const name of fs.readDir(from)) copyTree(fs, join(from, name), join(to, name));
  } else if (info?.kind === "link") {
    fs.symlink(fs.readLink(from), to);
  } else {
    copyFile(fs, from, to, info !== null && (info.mode & 0o111) !== 0 ? 0o755 : 0o644);
  }
}

/** Copies one file's content. */
export function copyFile(fs: FileSystem, from: string, to: string, mode: number): void {
  const output = fs.create(to, mode);
  try {
    for (const piece of readPieces(fs, from)) output.write(piece);
  } finally {
    output.close();
  }
}

/** A file's content in pieces, each valid until the next is asked for. */
export function* readPieces(fs: ReadFs, path: string, size = PIECE): Generator<Uint8Array> {
  const buffer = new Uint8Array(size);
  const input = fs.openRead(path);
  try {
    for (let count = input.read(buffer); count > 0; count = input.read(buffer)) {
      yield buffer.subarray(0, count);
    }
  } finally {
    input.close();
  }
}
