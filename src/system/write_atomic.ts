/** Takes a path and content, gives a file that is there whole or not at all. */
import type { FileHandle, FileSystem } from "./fs.ts";
import { piecesOf } from "./pieces.ts";

/** A text, its parts, or bytes. */
export type Content = string | Uint8Array | Iterable<string>;

/** How a file is put in place. */
export interface AtomicOptions {
  /** Where it is written first: a path on the same file system that nothing has. */
  readonly spare: string;
  readonly mode?: number;
  /** Has the content reach the disk before the file has its name. */
  readonly flush?: boolean;
}

/** Puts a file in place in one step: who looks sees the old content or the new, never a part. */
export function writeAtomic(
  fs: FileSystem,
  path: string,
  content: Content,
  { spare, mode = 0o644, flush = true }: AtomicOptions,
): void {
  const file = fs.create(spare, mode);
  try {
    try {
      writeAll(file, content);
      if (flush) file.sync();
    } finally {
      file.close();
    }
    fs.rename(spare, path);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

function writeAll(file: FileHandle, content: Content): void {
  if (content instanceof Uint8Array) return file.write(content);
  if (typeof content === "string") return file.write(new TextEncoder().encode(content));
  for (const piece of piecesOf(content)) file.write(piece);
}

/** Cleans up after a failure. What can't be removed is left for later, since the failure is what counts. */
export function discard(remove: () => unknown): void {
  try {
    remove();
  } catch {
    // What is left lies under a name that nothing reads.
  }
}
