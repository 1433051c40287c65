/** Takes a path and content, gives a file that is there whole or not at all. */
import type { FileSystem } from "./fs.ts";

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
  content: string | Uint8Array,
  { spare, mode = 0o644, flush = true }: AtomicOptions,
): void {
  const file = fs.create(spare, mode);
  try {
    try {
      file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
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

/** Cleans up after a failure. What can't be removed is left for later, since the failure is what counts. */
export function discard(remove: () => unknown): void {
  try {
    remove();
  } catch {
    // What is left lies under a name that nothing reads.
  }
}
