/** Waits for a file's lock until a signal says that nobody wants it any more. */
import type { FileLock, FileSystem } from "../system/mod.ts";

/** The exclusive lock on a file. @throws the signal's reason, in which case a lock granted later is given up */
export function lockOrAbort(fs: FileSystem, path: string, signal: AbortSignal): Promise<FileLock> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    fs.lock(path, "exclusive", true).then((lock) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted || lock === null) lock?.release();
      else resolve(lock);
    }, reject);
  });
}
