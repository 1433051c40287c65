/** Waits for a lock until a signal says that nobody wants it any more. */
import type { FileLock, FileSystem } from "./mod.ts";

/** The exclusive lock on a file. @throws the signal's reason */
export function lockOrAbort(fs: FileSystem, path: string, signal: AbortSignal): Promise<FileLock> {
  return orAbort(() => fs.lock(path, "exclusive"), signal);
}

/** A lock that is being asked for. @throws the signal's reason; a lock that is granted later is given up */
export function orAbort<Lock extends { release(): void }>(
  ask: () => Promise<Lock>,
  signal: AbortSignal,
): Promise<Lock> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    ask().then((lock) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) lock.release();
      else resolve(lock);
    }, reject);
  });
}
